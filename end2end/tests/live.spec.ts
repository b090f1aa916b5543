// Live: what changes elsewhere is on the screen within two seconds, and what was being done goes on.
import { expect, prepare, send, signingLink, standing, test } from "../fixtures";
import { signAs } from "../signer";

test("the list follows without a reload; focus and scroll stay", async ({ staff, signer, desk, contract }) => {
  await send(staff, desk, "Followed", [contract]);
  const link = await signingLink(staff);
  await staff.goto(desk.url);
  await expect(staff.getByRole("status", { name: "Connection" })).toHaveText(/Live/);
  const row = staff.getByRole("row").filter({ hasText: "Followed" }).first();
  const title = row.getByRole("link", { name: "Followed" });
  await title.focus();
  await signAs(signer, link, { name: "Nils Holm", nationalId: "01019012345" });
  await expect(row).toContainText("Signed", { timeout: 2_000 });
  await expect(title).toBeFocused();
});

test("a due date that passes turns the session overdue on screen", async ({ staff, desk, contract }) => {
  await prepare(staff, desk, "Too late", [contract]);
  // The form takes whole minutes; the address takes seconds, which spares the test a minute's wait.
  const soon = new Date(Date.now() + 6_000).toISOString();
  await staff.getByLabel("Due date").evaluate((field: HTMLInputElement) => {
    field.step = "any";
  });
  const local = new Date(Date.parse(soon) - new Date().getTimezoneOffset() * 60_000).toISOString().slice(0, 23);
  await staff.getByLabel("Due date").fill(local);
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(standing(staff)).toHaveText("Ready to sign");
  await expect(standing(staff)).toHaveText("Overdue", { timeout: 10_000 });
});

test("killed in the middle: nothing acknowledged is lost, and the page reconnects by itself", async ({ staff, signer, desk, contract, complaints }) => {
  complaints.expect(/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/);
  await send(staff, desk, "Survivor", [contract]);
  const link = await signingLink(staff);
  await desk.kill();
  await expect(staff.getByRole("status", { name: "Connection" })).toHaveText(/Reconnecting/);
  await desk.start();
  await expect(staff.getByRole("status", { name: "Connection" })).toHaveText(/Live/, { timeout: 15_000 });
  await signAs(signer, link, { name: "Nils Holm", nationalId: "01019012345" });
  await expect(standing(staff)).toHaveText("Signed", { timeout: 2_000 });
  await desk.kill();
  await desk.start();
  await staff.reload();
  await expect(standing(staff)).toHaveText("Signed");
});

test("killed while the API has the session but the portal does not know yet: the true state is found", async ({ staff, desk, contract, complaints }) => {
  complaints.expect(/503|502|202|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/);
  // The page is readable before its code has arrived, and that may be when the desk is killed.
  complaints.expect(/Failed to fetch dynamically imported module/);
  await prepare(staff, desk, "Lost answer", [contract]);
  await desk.fault("create_session", "drop-after-commit");
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(staff.getByRole("heading", { level: 1, name: "Lost answer" })).toBeVisible();
  await desk.kill();
  await desk.start();
  await staff.reload();
  await expect(standing(staff)).toHaveText("Ready to sign", { timeout: 15_000 });
});

