// Two people of two teams: what each sees, what each may do, and what is recorded of it.
import { type Browser, type Page } from "@playwright/test";
import type { Desk } from "../desk";
import { type Complaints, expect, expectAccessible, send, signingLink, test } from "../fixtures";

const PASSWORD = "a few random words more";

/** A browser of another person. */
async function another(browser: Browser, complaints: Complaints): Promise<Page> {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  complaints.watch(page);
  return page;
}

/** Invites somebody as an admin does, and opens the account as the invited person does. */
async function join(admin: Page, person: Page, desk: Desk, name: string, username: string, role: string, team: string): Promise<void> {
  await admin.goto(`${desk.url}/people`);
  const form = admin.getByRole("region", { name: "Invite somebody" });
  await form.getByLabel("Name", { exact: true }).fill(name);
  await form.getByLabel("User name").fill(username);
  await form.getByLabel("Role").selectOption(role);
  await form.getByLabel("Team").selectOption(team);
  await form.getByRole("button", { name: "Invite" }).click();
  const link = await admin.getByRole("textbox", { name: "Invitation link" }).inputValue();
  await person.goto(link);
  await person.getByLabel("Password").fill(PASSWORD);
  await person.getByRole("button", { name: "Open account" }).click();
  await expect(person.getByRole("heading", { level: 1, name: "Signing sessions" })).toBeVisible();
}

test("a viewer looks on, another team sees nothing, and the trail tells of it", async ({ staff, desk, contract, browser, complaints }) => {
  // Chromium reports answers of 403 and 404 as errors of the page.
  complaints.expect(/403|404/);
  await staff.goto(`${desk.url}/people`);
  await staff.getByLabel("Name of the team").fill("Other team");
  await staff.getByRole("button", { name: "Make team" }).click();
  await expect(staff.getByRole("region", { name: "Invite somebody" }).getByRole("option", { name: "Other team" })).toBeAttached();
  await expectAccessible(staff);

  const viewer = await another(browser, complaints);
  await join(staff, viewer, desk, "Vera Vik", "vera", "Viewer", "First team");
  const stranger = await another(browser, complaints);
  await join(staff, stranger, desk, "Odd Ask", "odd", "Sender", "Other team");

  const title = "Seen by the team alone";
  await send(staff, desk, title, [contract]);
  const address = staff.url();
  await signingLink(staff);

  await viewer.goto(desk.url);
  await expect(viewer.getByRole("link", { name: title })).toBeVisible();
  await expect(viewer.getByRole("navigation", { name: "Main" }).getByRole("link")).toHaveText(["Sessions"]);
  await expect(viewer.getByRole("link", { name: "New session" })).toHaveCount(0);
  await viewer.goto(address);
  await expect(viewer.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expect(viewer.getByRole("button", { name: "Copy link" })).toHaveCount(0);
  await viewer.goto(`${desk.url}/sessions/new`);
  await expect(viewer.getByRole("heading", { level: 1, name: "Not allowed" })).toBeVisible();

  await stranger.goto(desk.url);
  await expect(stranger.getByText(title)).toHaveCount(0);
  await stranger.goto(address);
  await expect(stranger.getByRole("heading", { level: 1, name: "Not found" })).toBeVisible();

  await staff.goto(`${desk.url}/audit`);
  const rows = staff.getByRole("row");
  await expect(rows.filter({ hasText: "Link shown" }).filter({ hasText: "Ada Berg" }).first()).toBeVisible();
  await expect(rows.filter({ hasText: "Denied: refused" }).filter({ hasText: "Vera Vik" }).first()).toBeVisible();
  await staff.getByLabel("What").selectOption("Denied");
  await staff.getByRole("button", { name: "Filter" }).click();
  await expect(staff).toHaveURL(/what=denied/);
  await expect(rows.filter({ hasText: "Link shown" })).toHaveCount(0);
  await expectAccessible(staff);
});

test("an account that is disabled is out at once", async ({ staff, desk, browser, complaints }) => {
  const person = await another(browser, complaints);
  await join(staff, person, desk, "Pia Lund", "pia", "Manager", "First team");
  await staff.goto(`${desk.url}/people`);
  await staff.getByRole("button", { name: /Disable.*Pia Lund/ }).click();
  await expect(staff.getByRole("button", { name: /Enable.*Pia Lund/ })).toBeVisible();
  complaints.expect(/401/);
  await person.goto(desk.url);
  await expect(person.getByRole("button", { name: "Sign in" })).toBeVisible();
});
