// Signing in at a provider on another site, whose page asks who one is.
import type { Page } from "@playwright/test";
import { Desk, freePort } from "../desk";
import { test as base, expect, expectAccessible } from "../fixtures";
import { OpenIdProvider } from "../provider";

const test = base.extend<object, { provider: OpenIdProvider }>({
  provider: [
    // biome-ignore lint: Playwright wants the empty pattern
    async ({}, use) => {
      const provider = await OpenIdProvider.open(`http://127.0.0.1:${port}`);
      await use(provider);
      await provider.close();
    },
    { scope: "worker" },
  ],
  desk: [
    async ({ provider }, use) => {
      const desk = await Desk.open({ COUNTERSIGN_LISTEN: `127.0.0.1:${port}`, ...OpenIdProvider.settings(provider.issuer) });
      await use(desk);
      expect(desk.output).not.toContain("a page tried what its policy forbids");
      await desk.close();
    },
    { scope: "worker" },
  ],
});

// The provider must know the portal's address, and the portal the provider's.
const port = await freePort();

/** Signs in at the provider, as a person does. */
async function signIn(page: Page, desk: Desk, name: string): Promise<void> {
  await page.goto(`${desk.url}/sign-in`);
  await page.getByRole("button", { name: "Sign in with Office" }).click();
  await page.getByLabel("Who are you?").fill(name);
  await page.getByRole("button", { name: "That is me" }).click();
}

test("sl_04 the first page after the provider's page shows who is signed in", async ({ page, desk }) => {
  await page.goto(`${desk.url}/sign-in`);
  await expectAccessible(page);
  await signIn(page, desk, "nora");
  await expect(page.getByRole("heading", { level: 1, name: "Signing sessions" })).toBeVisible();
  await expect(page.getByText("Nora Vik")).toBeVisible();
  expect(page.url()).toBe(`${desk.url}/`);
});

test("sl_09 signing out goes on at the provider, and comes back", async ({ page, desk }) => {
  await signIn(page, desk, "nora");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
  expect(page.url()).toBe(`${desk.url}/sign-in`);
  // There too: it asks again who one is.
  await signIn(page, desk, "nora");
  await expect(page.getByText("Nora Vik")).toBeVisible();
});

test("sl_10 signing out at the provider ends what is on the screen", async ({ page, desk, provider, complaints }) => {
  // What a stream is told that has nobody any more.
  complaints.expect(/401/);
  await signIn(page, desk, "nora");
  const connection = page.getByRole("status", { name: "Connection" });
  await expect(connection).toHaveText("Live");
  const elsewhere = await page.context().newPage();
  await elsewhere.goto(`${provider.issuer}/session/end`);
  await elsewhere.getByRole("button", { name: "Sign out everywhere" }).click();
  await expect(elsewhere.getByText("You are signed out.")).toBeVisible();
  await expect(connection).not.toHaveText("Live");
  await page.reload();
  await expect(page.getByRole("heading", { level: 1, name: "Sign in" })).toBeVisible();
});

test("somebody without a role is told what to do", async ({ page, desk, complaints }) => {
  complaints.expect(/403/);
  await signIn(page, desk, "odd");
  await expect(page.getByRole("alert")).toContainText("gives you a role here");
  await expectAccessible(page);
});

test("an admin sees how the provider does", async ({ page, desk }) => {
  await signIn(page, desk, "adam");
  await page.getByRole("link", { name: "People" }).click();
  await page.getByRole("link", { name: "Sign-in providers" }).click();
  await expect(page.getByText("Answers, with the right issuer and its keys.")).toBeVisible();
  await expect(page.getByLabel("Redirect URI", { exact: true })).toHaveValue(`${desk.url}/sign-in/office/callback`);
  await expectAccessible(page);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("signing in at a provider works", async ({ page, desk, complaints }) => {
    // With scripts off Chromium holds the preload of a module against the policy.
    complaints.expect(/csp|Content Security Policy/);
    await signIn(page, desk, "nora");
    await expect(page.getByText("Nora Vik")).toBeVisible();
  });
});
