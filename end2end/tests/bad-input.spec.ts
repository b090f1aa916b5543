// Wrong input: a message where it is wrong, everything typed still there, nothing left upstream.
import { ahead, expect, prepare, STAFF, standing, test } from "../fixtures";

const files = {
  "not a PDF": { name: "photo.pdf", mimeType: "application/pdf", buffer: Buffer.from("GIF89a, not a PDF at all") },
  empty: { name: "empty.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(0) },
  "over 25 MB": {
    name: "huge.pdf",
    mimeType: "application/pdf",
    buffer: Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(25 * 1024 * 1024)]),
  },
};

for (const [what, file] of Object.entries(files)) {
  test(`a file that is ${what} is refused at once, and the rest stays`, async ({ staff, desk, contract }) => {
    await prepare(staff, desk, "Offer", [contract, file]);
    const item = staff.getByRole("listitem").filter({ hasText: file.name });
    await expect(item.getByRole("alert")).toBeVisible();
    await staff.getByRole("button", { name: "Send" }).click();
    await expect(staff).toHaveURL(`${desk.url}/sessions/new`);
    await expect(staff.getByLabel("Title")).toHaveValue("Offer");
    await item.getByRole("button", { name: /Remove/ }).click();
    await staff.getByRole("button", { name: "Send" }).click();
    await expect(standing(staff)).toHaveText("Ready to sign");
  });
}

test("documents of two types cannot go into one session", async ({ staff, desk, contract }) => {
  const text = { name: "Terms.txt", mimeType: "text/plain", buffer: Buffer.from("Terms.") };
  await prepare(staff, desk, "Mixed", [contract, text]);
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(staff.getByRole("alert").filter({ hasText: /same type|one type/ }).first()).toBeVisible();
  await expect(staff.getByRole("listitem").filter({ hasText: contract.name })).toBeVisible();
});

test("a missing title is said at the title", async ({ staff, desk, contract }) => {
  await prepare(staff, desk, "", [contract]);
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(staff.getByLabel("Title")).toHaveAttribute("aria-invalid", "true");
  await expect(staff.getByLabel("Consent text")).toHaveValue(/I have read/);
});

for (const [what, days] of [["past", -1], ["more than 45 days ahead", 46]] as const) {
  test(`a due date that is ${what} is said at the due date`, async ({ staff, desk, contract }) => {
    await prepare(staff, desk, "Offer", [contract]);
    await staff.getByLabel("Due date").fill(ahead(days));
    await staff.getByRole("button", { name: "Send" }).click();
    await expect(staff.getByLabel("Due date")).toHaveAttribute("aria-invalid", "true");
    await expect(staff.getByLabel("Title")).toHaveValue("Offer");
    await staff.getByLabel("Due date").fill(ahead(7));
    await staff.getByRole("button", { name: "Send" }).click();
    await expect(standing(staff)).toHaveText("Ready to sign");
  });
}

test("the signing API fails: nothing is lost, and Send works again when it is back", async ({ staff, desk, contract, complaints }) => {
  complaints.expect(/503|502/);
  await prepare(staff, desk, "Offer", [contract]);
  await desk.fault("upload_document", "500", 3);
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(staff.getByRole("alert").filter({ hasText: /signing (service|API)/i }).first()).toBeVisible();
  await expect(staff.getByLabel("Title")).toHaveValue("Offer");
  await desk.noFaults();
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(standing(staff)).toHaveText("Ready to sign");
});

test("the API's hash differs: the send is blocked", async ({ staff, desk, contract, complaints }) => {
  complaints.expect(/422/);
  await prepare(staff, desk, "Offer", [contract]);
  await desk.fault("upload_document", "wrong-hash");
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(staff.getByRole("alert").filter({ hasText: /changed on (its|the) way|hash/i }).first()).toBeVisible();
  await expect(staff).toHaveURL(`${desk.url}/sessions/new`);
});

test("an unknown session is a page that says so", async ({ staff, desk, complaints }) => {
  complaints.expect(/404/);
  for (const id of ["0197e4b8-0000-7000-8000-000000000000", "no-id-at-all"]) {
    const answer = await staff.goto(`${desk.url}/sessions/${id}`);
    expect(answer?.status()).toBe(404);
    await expect(staff.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(staff.getByRole("link", { name: "Sessions" })).toBeVisible();
  }
});

test("wrong credentials: a message, the user name kept, the password not", async ({ staff, desk, complaints }) => {
  complaints.expect(/401/);
  await staff.getByRole("button", { name: "Sign out" }).click();
  await staff.getByLabel("User name").fill(STAFF.username);
  await staff.getByLabel("Password").fill("wrong wrong wrong");
  await staff.getByRole("button", { name: "Sign in" }).click();
  await expect(staff.getByRole("alert")).toContainText(/user name|password/i);
  await expect(staff.getByLabel("User name")).toHaveValue(STAFF.username);
  await expect(staff.getByLabel("Password")).toHaveValue("");
  expect(staff.url()).toBe(`${desk.url}/sign-in`);
});

test("a session that ended meanwhile loses nothing typed", async ({ staff, desk, contract, complaints }) => {
  complaints.expect(/401/);
  await prepare(staff, desk, "Offer", [contract]);
  const other = await staff.context().newPage();
  await other.goto(desk.url);
  await other.getByRole("button", { name: "Sign out" }).click();
  await expect(other.getByLabel("User name")).toBeVisible();
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(staff.getByRole("alert").filter({ hasText: /sign in/i }).first()).toBeVisible();
  await other.getByLabel("User name").fill(STAFF.username);
  await other.getByLabel("Password").fill(STAFF.password);
  await other.getByRole("button", { name: "Sign in" }).click();
  await expect(other.getByRole("heading", { level: 1, name: "Signing sessions" })).toBeVisible();
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(standing(staff)).toHaveText("Ready to sign");
});
