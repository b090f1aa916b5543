// One's own account: where one is signed in, and a second factor from set-up to loss.
import { type Browser, type Page } from "@playwright/test";
import type { Desk } from "../desk";
import { type Complaints, expect, expectAccessible, STAFF, test } from "../fixtures";
import { code } from "../totp";

/** Another browser, in which nobody is signed in. */
async function another(browser: Browser, complaints: Complaints): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  complaints.watch(page);
  return page;
}

async function password(page: Page, desk: Desk): Promise<void> {
  await page.goto(`${desk.url}/sign-in`);
  await page.getByLabel("User name").fill(STAFF.username);
  await page.getByLabel("Password").fill(STAFF.password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("people see where they are signed in, and end it", async ({ staff, desk, browser, complaints }) => {
  // Other tests at this desk may have left some open.
  await staff.goto(`${desk.url}/account`);
  const endOthers = staff.getByRole("button", { name: "End all others" });
  if (await endOthers.isVisible()) await endOthers.click();
  await expect(endOthers).toHaveCount(0);
  const other = await another(browser, complaints);
  await password(other, desk);
  await expect(other.getByRole("heading", { level: 1, name: "Signing sessions" })).toBeVisible();

  await staff.getByRole("link", { name: STAFF.name }).click();
  await expect(staff.getByRole("heading", { level: 1, name: "Your account" })).toBeVisible();
  const list = staff.getByRole("region", { name: "Where you are signed in" });
  await expect(list.getByRole("row")).toHaveCount(3);
  await expect(list.getByText("This one")).toHaveCount(1);
  await expect(list.getByText(/^Chrome on /)).toHaveCount(2);
  await expectAccessible(staff);

  await list.getByRole("button", { name: /^End ?: / }).click();
  await expect(list.getByRole("row")).toHaveCount(2);
  complaints.expect(/401/);
  await other.goto(desk.url);
  await expect(other.getByRole("button", { name: "Sign in" })).toBeVisible();
});

test("a second factor is set up, asked for, used once, and replaced by a recovery code", async ({ staff, desk, browser, complaints }) => {
  // Chromium reports answers of 401 and 422 as errors of the page.
  complaints.expect(/401|422/);
  await staff.goto(`${desk.url}/account`);
  // By keyboard alone.
  await staff.getByRole("button", { name: "Set up" }).focus();
  await staff.keyboard.press("Enter");
  await expect(staff.getByRole("heading", { level: 1, name: "Set up a second factor" })).toBeVisible();
  await expect(staff.getByRole("img", { name: "QR code of the key below" })).toBeVisible();
  await expectAccessible(staff);
  const key = await staff.getByLabel("Key", { exact: true }).inputValue();
  await staff.getByLabel("Code", { exact: true }).fill("000000");
  await staff.keyboard.press("Enter");
  await expect(staff.getByText(/not the code of now/)).toBeVisible();
  await expect(staff.getByLabel("Key", { exact: true })).toHaveValue(key);
  await expectAccessible(staff);
  const first = code(key);
  await staff.getByLabel("Code", { exact: true }).fill(first);
  await staff.keyboard.press("Enter");
  await expect(staff.getByRole("heading", { level: 1, name: "Your recovery codes" })).toBeVisible();
  const recovery = await staff.getByRole("list", { name: "Recovery codes" }).getByRole("listitem").allTextContents();
  expect(recovery).toHaveLength(10);
  await expectAccessible(staff);
  await staff.getByRole("link", { name: "I have kept them" }).click();
  await expect(staff.getByText("10 recovery codes are left")).toBeVisible();
  await expectAccessible(staff);

  const other = await another(browser, complaints);
  await password(other, desk);
  await expect(other.getByRole("heading", { level: 1, name: "Your code" })).toBeVisible();
  await expectAccessible(other);
  // The code that confirmed the factor is used up.
  await other.getByLabel("Code", { exact: true }).fill(first);
  await other.keyboard.press("Enter");
  await expect(other.getByText(/wrong, or was used already/)).toBeVisible();
  await expectAccessible(other);
  // Half way is not in.
  await other.goto(desk.url);
  await expect(other.getByLabel("User name")).toBeVisible();
  await password(other, desk);
  await other.getByLabel("Code", { exact: true }).fill(code(key, 1));
  await other.keyboard.press("Enter");
  await expect(other.getByRole("heading", { level: 1, name: "Signing sessions" })).toBeVisible();

  const third = await another(browser, complaints);
  await password(third, desk);
  await third.getByLabel("Code", { exact: true }).fill(recovery[0] ?? "");
  await third.getByRole("button", { name: "Sign in" }).click();
  await expect(third.getByText("9 recovery codes are left")).toBeVisible();

  // As it was, for whoever comes next to this desk.
  await staff.goto(`${desk.url}/account`);
  await staff.getByRole("region", { name: "Second factor" }).getByRole("button", { name: "Remove" }).click();
  await expect(staff.getByRole("button", { name: "Set up" })).toBeVisible();
  await staff.getByRole("button", { name: "End all others" }).click();
  await expect(staff.getByRole("region", { name: "Where you are signed in" }).getByRole("row")).toHaveCount(2);
});

test("who has just signed in is not asked to confirm it", async ({ staff, desk }) => {
  await staff.goto(`${desk.url}/confirm?return_to=%2Faccount`);
  await expect(staff.getByRole("heading", { level: 1, name: "Confirmed" })).toBeVisible();
  await expectAccessible(staff);
  await staff.getByRole("link", { name: "Go on" }).click();
  await expect(staff.getByRole("heading", { level: 1, name: "Your account" })).toBeVisible();
});
