// The signer's side, as a person goes through it.
import { type Page, expect } from "@playwright/test";

interface Person {
  name: string;
  nationalId: string;
}

/** Opens the link, reads, consents, identifies and signs. */
export async function signAs(page: Page, link: string, person: Person): Promise<void> {
  await page.goto(link);
  await expect(page.getByText("no legal effect").first()).toBeVisible();
  await page.getByRole("link", { name: "Start" }).click();
  await page.getByRole("button", { name: "I have read the documents" }).click();
  await page.getByRole("checkbox", { name: "I agree to the text above" }).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Full name").fill(person.name);
  await page.getByLabel("National identification number").fill(person.nationalId);
  await page.getByRole("button", { name: "Identify me" }).click();
  await page.getByRole("button", { name: "Sign", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: "You have signed" })).toBeVisible();
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
  await page.getByRole("link", { name: "Reject signing" }).click();
  await expect(page.getByLabel("Reason")).toBeVisible();
}
