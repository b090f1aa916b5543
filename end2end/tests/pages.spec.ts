// Each page: accessible in light and dark, whole at 320 px, and readable before wasm arrives.
import { expect, expectAccessible, prepare, send, signingLink, STAFF, test } from "../fixtures";
import { openRejection } from "../signer";

test("every page passes axe and fits 320 px", async ({ staff, desk, contract, complaints }) => {
  complaints.expect(/404/);
  await staff.goto(`${desk.url}/?text=nothing-has-this-title`);
  await expectAccessible(staff);
  await staff.goto(`${desk.url}/sessions/new`);
  await expectAccessible(staff);
  await prepare(staff, desk, "Looked at", [contract]);
  await expectAccessible(staff);
  await send(staff, desk, "Looked at", [contract]);
  await expectAccessible(staff);
  await staff.goto(desk.url);
  await expectAccessible(staff);
  await staff.goto(`${desk.url}/no-such-page`);
  await expectAccessible(staff);
  await staff.goto(desk.url);
  await staff.getByRole("button", { name: "Sign out" }).click();
  await expect(staff.getByLabel("User name")).toBeVisible();
  await expectAccessible(staff);
});

test("the signer's pages pass axe and fit 320 px", async ({ staff, signer, desk, contract, complaints }) => {
  await send(staff, desk, "Signer's view", [contract]);
  const link = await signingLink(staff);
  await signer.goto(link);
  await expectAccessible(signer);
  await openRejection(signer, link);
  await expectAccessible(signer);
  complaints.expect(/404/);
  await signer.goto(link.replace(/sessionId=[0-9a-f-]+/, "sessionId=00000000-0000-4000-8000-000000000000"));
  await expect(signer.getByRole("heading", { level: 1, name: "There is nothing to sign here" })).toBeVisible();
  await expectAccessible(signer);
});

test.describe("before wasm arrives", () => {
  test.use({ javaScriptEnabled: false });

  test("sign-in, list, filter and sign-out work", async ({ staff, desk, complaints }) => {
    // With scripts off Chromium holds the preload of a module against the policy.
    complaints.expect(/csp|Content Security Policy/);
    await staff.getByLabel("State").selectOption("Signed");
    await staff.getByRole("button", { name: "Filter" }).click();
    await expect(staff).toHaveURL(/standing=signed/);
    await expect(staff.getByLabel("State")).toHaveValue("signed");
    await staff.goto(`${desk.url}/sessions/new`);
    await expect(staff.getByText(/JavaScript/)).toBeVisible();
    await expect(staff.getByRole("button", { name: "Send" })).toBeDisabled();
    await staff.goto(desk.url);
    await staff.getByRole("button", { name: "Sign out" }).click();
    await staff.getByLabel("User name").fill(STAFF.username);
    await expect(staff.getByRole("button", { name: "Sign in" })).toBeVisible();
  });
});

test("hostile text is shown as text", async ({ staff, desk, contract }) => {
  const hostile = `</title><script>document.title="owned"</script><img src=x onerror=alert(1)>`;
  staff.on("dialog", () => {
    throw new Error("a script ran");
  });
  await send(staff, desk, hostile, [{ ...contract, name: `"><svg onload=alert(1)>.pdf` }]);
  await expect(staff).toHaveTitle(new RegExp("</title><script>"));
  await staff.goto(desk.url);
  await expect(staff.getByRole("link", { name: hostile })).toBeVisible();
});
