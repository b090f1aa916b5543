// The signer's side, as a person goes through it.
import { type Page, expect } from "@playwright/test";

export interface Person {
  name: string;
  nationalId: string;
}

/** Opens the link, reads, consents, identifies and signs. */
export async function signAs(page: Page, link: string, person: Person): Promise<void> {
  await page.goto(link);
  await expect(page.getByText("no legal effect").first()).toBeVisible();
  await page.getByRole("link", { name: "Start" }).click();
  await readAll(page);
  await agree(page);
  await identify(page, person);
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "You have signed" })).toBeVisible();
}

/** Says of every document, from the first one's page on, that it is read. */
export async function readAll(page: Page): Promise<void> {
  const consent = page.getByRole("heading", { level: 1, name: "Agree to the text" });
  const read = page.getByRole("button", { name: "I have read this document" });
  await expect(read).toBeVisible();
  while (await read.isVisible()) {
    const before = page.url();
    await read.click();
    await expect(page).not.toHaveURL(before);
    await expect(read.or(consent)).toBeVisible();
  }
}

/** Agrees to the text. */
export async function agree(page: Page): Promise<void> {
  await page.getByRole("checkbox", { name: "I agree to the text above" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
}

/** Fills in the form of the test identity provider. */
export async function identify(page: Page, person: Person, button = "Identify me"): Promise<void> {
  await page.getByLabel("Full name").fill(person.name);
  await page.getByLabel("National identification number").fill(person.nationalId);
  await page.getByRole("button", { name: button, exact: true }).click();
}

/** Chooses one of the actions that every page has. */
export async function moreActions(page: Page, name: string): Promise<void> {
  await page.getByText("More actions").click();
  await page.getByRole("link", { name }).or(page.getByRole("button", { name })).click();
}

/** Opens the link and rejects. */
export async function rejectWith(page: Page, link: string, reason: string): Promise<void> {
  await openRejection(page, link);
  await page.getByLabel("Reason").fill(reason);
  await page.getByRole("button", { name: "Reject for good" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "You have rejected" })).toBeVisible();
}

/** Opens the link and goes to the page that asks for a reason. */
export async function openRejection(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole("link", { name: "Start" }).click();
  await moreActions(page, "Reject signing");
  await expect(page.getByLabel("Reason")).toBeVisible();
}
