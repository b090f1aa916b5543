// What every test stands on: a desk of the worker's own, a signed-in member of
// staff, and a page that may not complain.
import { createHash } from "node:crypto";
import AxeBuilder from "@axe-core/playwright";
import { type Browser, type BrowserContext, type Locator, type Page, test as base, expect } from "@playwright/test";
import { Desk } from "./desk";

export { expect };

export const STAFF = { name: "Ada Berg", username: "ada", password: "correct horse battery" };

interface File {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** Complaints of a page: console errors, uncaught exceptions, failed requests to its own origin. */
export class Complaints {
  private readonly found: string[] = [];
  private readonly expected: RegExp[] = [];

  watch(page: Page): void {
    page.on("console", (message) => {
      if (message.type() === "error") this.found.push(`console: ${message.text()} (${message.location().url})`);
    });
    page.on("pageerror", (error) => this.found.push(`exception: ${error.message}`));
    page.on("requestfailed", (request) => {
      const reason = request.failure()?.errorText ?? "";
      // A navigation ends the stream and whatever else is under way; that is no failure.
      if (reason !== "net::ERR_ABORTED") this.found.push(`request: ${new URL(request.url()).pathname} ${reason}`);
    });
  }

  /** Says beforehand what a test provokes. */
  expect(pattern: RegExp): void {
    this.expected.push(pattern);
  }

  unexpected(): string[] {
    return this.found.filter((complaint) => !this.expected.some((pattern) => pattern.test(complaint)));
  }
}

interface TestFixtures {
  complaints: Complaints;
  /** A page of a signed-in member of staff. */
  staff: Page;
  /** The signer's browser: another context, with no cookie of the staff's. */
  signer: Page;
}

interface WorkerFixtures {
  desk: Desk;
  /** A real PDF of three pages. */
  contract: File;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  desk: [
    // biome-ignore lint: Playwright wants the empty pattern
    async ({}, use) => {
      const desk = await Desk.open();
      await use(desk);
      // What a page tries against its policy, browsers report by themselves.
      expect(desk.output).not.toContain("a page tried what its policy forbids");
      await desk.close();
    },
    { scope: "worker" },
  ],

  contract: [
    async ({ browser }, use) => {
      await use({ name: "Rental agreement.pdf", mimeType: "application/pdf", buffer: await printPdf(browser, 3) });
    },
    { scope: "worker" },
  ],

  complaints: [
    // biome-ignore lint: Playwright wants the empty pattern
    async ({}, use) => {
      const complaints = new Complaints();
      await use(complaints);
      expect(complaints.unexpected()).toEqual([]);
    },
    { auto: true },
  ],

  page: async ({ page, complaints }, use) => {
    complaints.watch(page);
    await use(page);
  },

  staff: async ({ page, desk }, use) => {
    await enter(page, desk);
    await use(page);
  },

  signer: async ({ browser, complaints }, use) => {
    const context = await browser.newContext({ reducedMotion: "reduce" });
    const page = await context.newPage();
    complaints.watch(page);
    await use(page);
    await context.close();
  },
});

/** Signs in; on a fresh desk, sets it up first. */
export async function enter(page: Page, desk: Desk): Promise<void> {
  const fresh = !desks.has(desk);
  await page.goto(fresh ? desk.setUpLink() : `${desk.url}/sign-in`);
  if (fresh) {
    await page.getByLabel("Your name").fill(STAFF.name);
  }
  await page.getByLabel("User name").fill(STAFF.username);
  await page.getByLabel("Password").fill(STAFF.password);
  await page.getByRole("button", { name: fresh ? "Create account" : "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Signing sessions" })).toBeVisible();
  desks.add(desk);
}

/** Desks that are set up. */
const desks = new Set<Desk>();

/** Prints a PDF as a person would: from a page, with the browser. */
export async function printPdf(browser: Browser, pages: number): Promise<Buffer> {
  const context: BrowserContext = await browser.newContext();
  const page = await context.newPage();
  const sheets = Array.from(
    { length: pages },
    (_, i) => `<h1 style="break-before:page">Rental agreement, page ${i + 1}</h1><p>${"The tenant keeps the stairs clean. ".repeat(60)}</p>`,
  );
  await page.setContent(`<title>Rental agreement</title>${sheets.join("")}`);
  const buffer = await page.pdf({ format: "A4" });
  await context.close();
  return buffer;
}

/** The hash as the portal shows it in full. */
export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Local date and time for a date-time field, `days` ahead. */
export function ahead(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** Fills the form for a new session; does not press Send. */
export async function prepare(page: Page, desk: Desk, title: string, files: File[]): Promise<void> {
  await page.goto(`${desk.url}/sessions/new`);
  await page.getByLabel("Choose files").setInputFiles(files);
  await page.getByLabel("Title").fill(title);
  await page.getByLabel("Signer", { exact: true }).fill("Nils Holm");
  await page.getByLabel("Consent text").fill("I have read the agreement and accept it.");
}

/** Prepares and sends; ends on the session's page. */
export async function send(page: Page, desk: Desk, title: string, files: File[]): Promise<void> {
  await prepare(page, desk, title, files);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expect(standing(page)).toHaveText("Ready to sign");
}

/** The badge of a session's page. */
export function standing(page: Page): Locator {
  return page.getByRole("status", { name: "Session state" });
}

/** Asks for the signer's link as staff do. */
export async function signingLink(page: Page): Promise<string> {
  await page.getByRole("button", { name: "Show link" }).click();
  const link = page.getByRole("textbox", { name: "Signing link" });
  await expect(link).toHaveValue(/^http/);
  return link.inputValue();
}

/** No finding of axe, in light and dark, and nothing cut off at 320 px. */
export async function expectAccessible(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
    expect(violations.map(({ id, nodes }) => `${colorScheme}: ${id}: ${nodes.map((node) => node.html).join(" | ")}`)).toEqual([]);
  }
  await expectFits(page);
}

/** Nothing cut off at 320 px. */
export async function expectFits(page: Page): Promise<void> {
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(overflow, "horizontal scroll at 320 px").toBeLessThanOrEqual(0);
  if (size !== null) await page.setViewportSize(size);
}
