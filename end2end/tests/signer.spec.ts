// The signer's pages, from a service by itself: every page, every ending, with and without a mouse.
import { type Page } from "@playwright/test";
import { Account, type Paper } from "../account";
import { test as base, expect, expectAccessible, expectFits, printPdf } from "../fixtures";
import { Service } from "../service";
import { agree, identify, moreActions, readAll } from "../signer";

const NILS = { name: "Nils Holm", nationalId: "01019012345" };
const HOSTILE = `</title></textarea><script>document.title="owned"</script><img src=x onerror=alert(1)>"'&`;

interface Fixtures {
  account: Account;
  /** Three papers; the second is for information. */
  papers: Paper[];
  service: Service;
}

const test = base.extend<{ account: Account }, Omit<Fixtures, "account">>({
  service: [
    // biome-ignore lint: Playwright wants the empty pattern
    async ({}, use) => {
      const service = await Service.open("--control", "--stepped");
      await use(service);
      await service.close();
    },
    { scope: "worker" },
  ],

  papers: [
    async ({ browser }, use) => {
      const bytes = await printPdf(browser, 2);
      await use([
        { bytes, title: "Rental agreement", filename: "Rental agreement.pdf", description: "The flat in Storgata 1.\nTwo rooms." },
        { bytes, title: "House rules", filename: "rules.pdf", action: "VIEW" },
        { bytes, filename: "Inventory_of_furniture_and_fittings_with_a_very_long_name_2026-11-24.pdf" },
      ]);
    },
    { scope: "worker" },
  ],

  account: async ({ service }, use) => {
    await use(await Account.of(service));
  },
});

function heading(page: Page, name: string) {
  return page.getByRole("heading", { level: 1, name, exact: true });
}

/** A picture for people to look at, when they ask for it. */
async function picture(page: Page, name: string): Promise<void> {
  const directory = process.env.E2E_PICTURES;
  if (directory === undefined) return;
  for (const [look, size, colorScheme] of [
    ["wide", { width: 1280, height: 900 }, "light"],
    ["dark", { width: 1280, height: 900 }, "dark"],
    ["phone", { width: 320, height: 640 }, "light"],
  ] as const) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${directory}/${name}-${look}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 720 });
}

async function look(page: Page, name: string): Promise<void> {
  await expectAccessible(page);
  const smallest = await page.evaluate(() =>
    Math.min(...[...document.querySelectorAll("body *")].map((element) => parseFloat(getComputedStyle(element).fontSize))),
  );
  expect(smallest, "font size").toBeGreaterThanOrEqual(12);
  await picture(page, name);
}

// Axe takes its time, and looks at ten pages of the first of these.
test.describe.configure({ timeout: 180_000 });

test("the whole way, with everything that a session can ask for", async ({ signer, account, papers }) => {
  const session = await account.session("Flat in Storgata 1", papers, {
    signText: "I have read the agreement\nand accept it.",
    preAuthentication: { enabled: true },
    signingSetup: [
      { signingFlow: "AUTHENTICATION_BASED", identityProviders: [{ idpName: "nbid" }, { idpName: "ftn" }, { idpName: "of-our-own" }] },
    ],
    signer: { nationalIdentificationNumber: NILS.nationalId, validations: ["NATIONAL_IDENTIFICATION_NUMBER"] },
    signatureUrlTTL: 600,
  });
  await signer.goto(session.signatureUrl);
  await expect(heading(signer, "Identify yourself first")).toBeVisible();
  await expect(signer).not.toHaveTitle(/Storgata/);
  await look(signer, "01-choice");
  await signer.getByRole("link", { name: "Norwegian BankID" }).click();
  await look(signer, "02-pre-authenticate");
  await identify(signer, { ...NILS, nationalId: "1" });
  await expect(signer.getByRole("alert")).toBeFocused();
  await look(signer, "03-mismatch");
  await signer.getByRole("alert").getByRole("link").click();
  await expect(signer.getByLabel("National identification number")).toBeFocused();
  await identify(signer, NILS);

  await expect(heading(signer, "Flat in Storgata 1")).toBeVisible();
  await look(signer, "04-welcome");
  await signer.getByRole("link", { name: "Start" }).click();
  for (const [number, name] of ["Rental agreement", "House rules", papers[2]?.filename as string].entries()) {
    await expect(heading(signer, name)).toBeVisible();
    await expect(signer.getByText(`Document ${number + 1} of 3`)).toBeVisible();
    if (number === 1) {
      await expect(signer.getByText("You do not sign it.")).toBeVisible();
      await look(signer, "05-document");
    }
    if (number < 2) await signer.getByRole("button", { name: "I have read this document" }).click();
  }
  await moreActions(signer, "Download documents");
  await look(signer, "06-downloads");
  await signer.getByRole("link", { name: "Back" }).click();
  await readAll(signer);

  await signer.getByRole("button", { name: "Continue" }).click();
  await look(signer, "07-consent-missing");
  await agree(signer);
  await signer.getByRole("link", { name: "Finnish Trust Network" }).click();
  await expect(signer.getByText("Finnish Trust Network")).toBeVisible();
  await identify(signer, NILS);
  await expect(signer.getByText("I have read the agreement")).toBeVisible();
  await signer.getByText("More actions").click();
  await look(signer, "08-confirm");
  await signer.getByRole("button", { name: "Sign", exact: true }).click();
  await expect(heading(signer, "You have signed")).toBeVisible();
  await look(signer, "09-signed");
  await signer.getByRole("link", { name: "Download documents" }).click();
  const download = signer.waitForEvent("download");
  await signer.getByRole("link", { name: "Download: Rental agreement" }).click();
  expect((await download).suggestedFilename()).toBe("Rental agreement.pdf");
  expect((await account.read(session)).lifecycle.state).toBe("SIGNED");
});

test("the browser's own view of a PDF works under the page's policy", async ({ signer, account, papers }) => {
  const session = await account.session("Seen", papers.slice(0, 1));
  await signer.goto(session.signatureUrl);
  const loaded = signer.waitForResponse((response) => response.url().includes("/sign-session/document?"));
  await signer.getByRole("link", { name: "Start" }).click();
  expect((await loaded).status()).toBe(200);
  // Chromium draws a PDF in frames of its own.
  await expect.poll(() => signer.frames().length).toBeGreaterThan(1);
  await expect(signer.getByText("does not show PDF files")).toBeHidden();
  const [tab] = await Promise.all([signer.waitForEvent("popup"), signer.getByRole("link", { name: "Open document" }).click()]);
  await expect.poll(() => tab.url()).toContain("/sign-session/document?");
  await tab.close();
});

test("texts are shown in the page, markdown rendered, hostile text as text", async ({ signer, account }) => {
  signer.on("dialog", () => {
    throw new Error("a script ran");
  });
  const markdown = `# Terms\n\n| what | kr |\n|---|--:|\n| ${"rent".repeat(30)} | 9000 |\n\n+ **keys**\n+ stairs\n\n${HOSTILE}\n\n[pay](javascript:alert(1)) ![cat](https://evil.example/cat.png)`;
  const texts = { title: HOSTILE, filename: `${HOSTILE}.md`, description: HOSTILE };
  const session = await account.session(HOSTILE, [{ type: "text/markdown", bytes: markdown, ...texts }], { signText: HOSTILE });
  await signer.goto(session.signatureUrl);
  await look(signer, "10-hostile-welcome");
  await signer.getByRole("link", { name: "Start" }).click();
  await expect(signer.getByRole("heading", { level: 2, name: "Terms" })).toBeVisible();
  await expect(signer.getByRole("cell", { name: "9000" })).toBeVisible();
  await expect(signer.locator(".markdown").getByRole("link")).toHaveCount(0);
  await expect(signer.getByRole("img")).toHaveCount(0);
  await look(signer, "11-markdown");
  await readAll(signer);
  await agree(signer);
  await identify(signer, { name: HOSTILE, nationalId: HOSTILE });
  await look(signer, "12-hostile-confirm");
  await expect(signer).toHaveTitle(/^Sign · <\/title>/);
});

test("minimal text mode", async ({ signer, account }) => {
  const bytes = `Dear tenant,\n\n${"the stairs are kept clean by turns. ".repeat(20)}\n`;
  const terms = { ui: { minimalTextMode: true, hideWelcomeScreen: true } };
  const session = await account.session("Stairs", [{ type: "text/plain", bytes, title: "Stairs" }], terms);
  await signer.goto(session.signatureUrl);
  await expect(heading(signer, "Stairs")).toBeVisible();
  await expect(signer.getByText("To sign")).toHaveCount(0);
  await look(signer, "13-minimal");
});

test("rejecting: too long a reason is kept, and the way out is final", async ({ signer, account, papers }) => {
  const session = await account.session("Unloved", papers.slice(0, 1));
  await signer.goto(session.signatureUrl);
  await signer.getByRole("link", { name: "Start" }).click();
  await moreActions(signer, "Reject signing");
  const reason = signer.getByLabel("Reason");
  await expect(reason).toHaveAccessibleDescription("At most 2048 characters.");
  await reason.fill("å".repeat(2050));
  await signer.getByRole("button", { name: "Reject for good" }).click();
  await expect(reason).toHaveValue("å".repeat(2050));
  await expect(reason).toHaveAccessibleDescription(/The reason has 2050 characters/);
  await expect(signer).toHaveTitle(/^Error: /);
  await look(signer, "14-reject");
  await reason.fill("Wrong flat.");
  await signer.getByRole("button", { name: "Reject for good" }).click();
  await expect(heading(signer, "You have rejected")).toBeVisible();
  await look(signer, "15-rejected");
  expect((await account.read(session)).lifecycle).toMatchObject({ state: "REJECTED", rejectReason: "Wrong flat." });
});

test("a vendor's own flow", async ({ signer, account, papers }) => {
  const signingSetup = [{ signingFlow: "PKISIGNING", vendor: "NBID" }];
  const session = await account.session("Native", papers.slice(0, 1), { signingSetup });
  await signer.goto(session.signatureUrl);
  await signer.getByRole("link", { name: "Start" }).click();
  await readAll(signer);
  await agree(signer);
  await expect(heading(signer, "Sign with Norwegian BankID")).toBeVisible();
  await look(signer, "16-native");
  await identify(signer, NILS, "Sign");
  await expect(heading(signer, "You have signed")).toBeVisible();
});

test("the keyboard is enough", async ({ signer, account, papers }) => {
  const session = await account.session("By keyboard", papers.slice(0, 1));
  const press = async (role: "link" | "button" | "checkbox" | "textbox", name: string, key: string) => {
    const target = signer.getByRole(role, { name, exact: true });
    await expect(target).toBeVisible();
    for (let i = 0; i < 30 && !(await target.evaluate((element) => element === document.activeElement)); i++) {
      await signer.keyboard.press("Tab");
    }
    await expect(target).toBeFocused();
    const outline = await target.evaluate((element) => getComputedStyle(element).outlineStyle);
    expect(outline, `focus on ${name}`).not.toBe("none");
    await signer.keyboard.press(key);
  };
  await signer.goto(session.signatureUrl);
  await press("link", "Start", "Enter");
  await press("button", "I have read this document", "Enter");
  await press("checkbox", "I agree to the text above", "Space");
  await press("button", "Continue", "Enter");
  await press("textbox", "Full name", "End");
  await signer.keyboard.type(" jr.");
  await press("button", "Identify me", "Enter");
  await press("button", "Sign", "Enter");
  await expect(heading(signer, "You have signed")).toBeVisible();
});

test("the way ends at the sender's pages", async ({ signer, account, papers, service }) => {
  // Another origin than the pages', as a sender's is.
  const sender = service.url.replace("127.0.0.1", "localhost");
  const to = (name: string) => `${sender}/?end=${name}`;
  const redirectSettings = { success: to("success"), cancel: to("cancel"), error: to("error"), reject: to("reject") };
  const open = async (title: string) => {
    const session = await account.session(title, papers.slice(0, 1), { redirectSettings, externalReference: "a&b" });
    await signer.goto(session.signatureUrl);
    return session;
  };
  const arrived = async (name: string, id: string) => {
    await expect(signer).toHaveURL(`${to(name)}&sessionId=${id}&externalReference=a%26b`);
  };
  const put = await open("Put off");
  await signer.getByRole("link", { name: "Start" }).click();
  await moreActions(signer, "Cancel and sign later");
  await arrived("cancel", put.id);
  const rejected = await open("Rejected");
  await signer.getByRole("link", { name: "Start" }).click();
  await moreActions(signer, "Reject signing");
  await signer.getByRole("button", { name: "Reject for good" }).click();
  await arrived("reject", rejected.id);
  const signed = await open("Signed");
  await signer.getByRole("link", { name: "Start" }).click();
  await readAll(signer);
  await agree(signer);
  await identify(signer, NILS);
  await signer.getByRole("button", { name: "Sign", exact: true }).click();
  await arrived("success", signed.id);
});

test("every ending says what happened and what to do", async ({ signer, account, papers, complaints }) => {
  complaints.expect(/40[34]|410|429/);
  const paper = papers.slice(0, 1);
  const withdrawn = await account.session("Withdrawn document", paper, {
    redirectSettings: { success: "https://a.example", cancel: "https://a.example", error: "https://a.example/e" },
  });
  await account.deleteDocument(withdrawn.documents[0]?.documentId as string);
  const deleted = await account.session("Deleted", paper);
  await account.delete(deleted);
  const first = await account.session("First", paper);
  const blocked = await account.session("Blocked", paper, { subsequentTo: [first.id] });
  const signed = await account.session("Signed", paper);
  await account.act(signed, "sign");
  const rejected = await account.session("Rejected", paper);
  await account.act(rejected, "reject");
  const expired = await account.session("Expired", paper, { signatureUrlTTL: 5 });
  const validations = ["NATIONAL_IDENTIFICATION_NUMBER"];
  const guessed = await account.session("Guessed", paper, { signer: { nationalIdentificationNumber: "1", validations } });
  await account.advance(301);

  for (const [session, name] of [
    [withdrawn, "A document was withdrawn"],
    [deleted, "The sender has withdrawn this request"],
    [blocked, "It is not your turn yet"],
    [signed, "These documents are signed"],
    [rejected, "Signing was rejected"],
    [expired, "This link has expired"],
  ] as const) {
    await signer.goto(session.signatureUrl);
    await expect(heading(signer, name)).toBeVisible();
    await look(signer, `20-${name}`);
  }
  await signer.goto(deleted.signatureUrl.replace(/sessionId=.*/, "sessionId=x"));
  await expect(heading(signer, "There is nothing to sign here")).toBeVisible();
  await look(signer, "21-unknown");

  await signer.goto(guessed.signatureUrl);
  await signer.getByRole("link", { name: "Start" }).click();
  await readAll(signer);
  await agree(signer);
  for (const left of [4, 3, 2, 1]) {
    await identify(signer, NILS);
    await expect(signer.getByText(`Attempts left: ${left}.`)).toHaveCount(2);
  }
  await identify(signer, NILS);
  await expect(heading(signer, "Too many attempts")).toBeVisible();
  await look(signer, "22-too-many");

  await account.advance(31 * 86_400);
  await signer.goto(blocked.signatureUrl);
  await expect(heading(signer, "The time to sign is over")).toBeVisible();
  await look(signer, "23-overdue");
});

for (const language of ["da", "de", "fi", "nb", "nn", "sv"]) {
  test(`all pages in ${language} fit 320 px`, async ({ signer, account }) => {
    const session = await account.session("Tittel", [{ type: "text/plain", bytes: "abc", title: "A" }], {
      ui: { language },
      preAuthentication: { enabled: true },
    });
    await signer.goto(session.signatureUrl);
    await expect(signer.locator("html")).toHaveAttribute("lang", language);
    const link = (page: string) => session.signatureUrl.replace("/?", `/${page}?`);
    const send = async () => signer.locator("main .act button").first().click();
    await expectFits(signer);
    await send();
    await expectFits(signer);
    for (const page of ["reject", "downloads", "documents"]) {
      await signer.goto(link(page));
      await expectFits(signer);
    }
    await send();
    await send();
    await expectFits(signer);
    await picture(signer, `30-${language}-consent`);
    await signer.getByRole("checkbox").check();
    await send();
    await expectFits(signer);
    await send();
    await expectFits(signer);
    await send();
    await expectFits(signer);
    await expect(signer.locator(".sign.done")).toBeVisible();
  });
}

test("what developers read about the service", async ({ signer, service }) => {
  for (const [path, name] of [
    ["/", "home"],
    ["/docs", "contract"],
  ] as const) {
    await signer.goto(`${service.url}${path}`);
    await look(signer, `90-${name}`);
  }
});
