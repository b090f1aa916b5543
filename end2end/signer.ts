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
  const start = page.getByRole("link", { name: "Start" });
  if (await start.isVisible()) await start.click();
  const consent = page.getByRole("checkbox");
  if (await consent.isVisible()) await consent.check();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("Name").fill(person.name);
  await page.getByLabel("National identification number").fill(person.nationalId);
  await page.getByRole("button", { name: "Sign" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/signed/i);
}
