// Preparing: what is found out about files before anything is sent, and how they are shown.
import type { Locator, Page, Request } from "@playwright/test";
import { expect, expectAccessible, expectFits, test } from "../fixtures";
import { file, pagesOf, pdf, pdfOf } from "../pdfs";

const row = (page: Page, name: string): Locator =>
  page.getByRole("list", { name: "Chosen documents" }).getByRole("listitem").filter({ has: page.getByText(name, { exact: true }) });

/** Requests from now on, but for the portal's own code. */
function requestsOf(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request: Request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith("/pkg/")) asked.push(`${request.method()} ${pathname}`);
  });
  return asked;
}

test("each bad file is told what is wrong with it, and nothing is asked of anybody", async ({ staff, desk }) => {
  await staff.goto(`${desk.url}/sessions/new`);
  await expect(staff.getByRole("button", { name: "Send" })).toBeEnabled();
  const asked = requestsOf(staff);

  const sound = pdfOf(pagesOf(2));
  const good = { name: "good.pdf", mimeType: "application/pdf", buffer: sound };
  const bad: [ReturnType<typeof file>, RegExp][] = [
    [file("photo.pdf", "application/pdf", "GIF89a, and no PDF"), /is not a PDF/],
    [file("half.pdf", "application/pdf", sound.subarray(0, sound.length / 2)), /damaged or incomplete/],
    [file("no-end.pdf", "application/pdf", sound.toString("latin1").replace("%%EOF", "")), /damaged or incomplete/],
    [file("secret.pdf", "application/pdf", pdfOf(pagesOf(1, "secret"), "/Encrypt 9 0 R")), /is encrypted/],
    [file("empty-tree.pdf", "application/pdf", pdfOf(pagesOf(0))), /has no pages/],
    [
      file("dynamic.pdf", "application/pdf", pdfOf(pagesOf(1, "d", "<</Type/Catalog/Pages 2 0 R/NeedsRendering true>>"))),
      /dynamic form \(XFA\)/,
    ],
    [file("nothing.pdf", "application/pdf", ""), /is empty/],
    [file("big.pdf", "application/pdf", Buffer.alloc(25 * 1024 * 1024 + 1)), /takes at most 25/],
    [file("letter.docx", "application/msword", "PK"), /Only PDF, text/],
    [file("latin.txt", "text/plain", Buffer.from("caf\xe9", "latin1")), /not in UTF-8/],
    [file("colours.txt", "text/plain", "\x1b[31mred"), /control characters/],
    [file("twin.pdf", "application/pdf", sound), /same content as good\.pdf/],
  ];
  const warned: [ReturnType<typeof file>, RegExp][] = [
    [file("signed.pdf", "application/pdf", pdfOf([...pagesOf(1, "s"), "<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>"])), /signed already/],
    [file("form.pdf", "application/pdf", pdfOf([...pagesOf(1, "f"), "<</FT/Tx/T(name)>>"])), /has form fields/],
  ];
  await staff.getByLabel("Choose files").setInputFiles([good, ...bad.map(([sample]) => sample), ...warned.map(([sample]) => sample)]);

  await expect(row(staff, "good.pdf").locator("code")).toBeVisible();
  for (const [sample, message] of bad) {
    await expect(row(staff, sample.name).getByRole("alert"), sample.name).toHaveText(message);
  }
  for (const [sample, message] of warned) {
    await expect(row(staff, sample.name), sample.name).toContainText(message);
    await expect(row(staff, sample.name).getByRole("alert")).toHaveCount(0);
  }
  expect(asked).toEqual([]);
  await expectAccessible(staff);
});

test("files that a browser printed have no findings, packed or not", async ({ staff, desk, contract }) => {
  await staff.goto(`${desk.url}/sessions/new`);
  await staff.getByLabel("Choose files").setInputFiles([contract]);
  await expect(row(staff, contract.name).locator("code")).toBeVisible();
  await expect(row(staff, contract.name).getByRole("alert")).toHaveCount(0);
});

test("many files are hashed side by side, and one can be taken away meanwhile", async ({ staff, desk }) => {
  await staff.goto(`${desk.url}/sessions/new`);
  await expect(staff.getByRole("button", { name: "Send" })).toBeEnabled();
  const workers: string[] = [];
  staff.on("worker", (worker) => workers.push(worker.url()));
  const many = Array.from({ length: 8 }, (_, index) => pdf(`part-${index}.pdf`));
  await staff.getByLabel("Choose files").setInputFiles(many);
  await staff.getByRole("button", { name: "Remove part-3.pdf" }).click();
  for (const sample of many.filter(({ name }) => name !== "part-3.pdf")) {
    await expect(row(staff, sample.name).locator("code")).toBeVisible();
  }
  await expect(row(staff, "part-3.pdf")).toHaveCount(0);
  expect(workers.length).toBeGreaterThanOrEqual(2);
  expect(workers.length).toBeLessThanOrEqual(5);
});

test("a long file is shown within a second, page by page, by keyboard, and only what is in sight", async ({ staff, desk }) => {
  await staff.goto(`${desk.url}/sessions/new`);
  await staff.getByLabel("Choose files").setInputFiles([pdf("long.pdf", "Sheet", 300), pdf("other.pdf")]);
  const open = staff.getByRole("button", { name: "Preview long.pdf" });
  const dialog = staff.getByRole("dialog", { name: "long.pdf" });
  const sheet = (number: number) => dialog.getByRole("figure", { name: `Page ${number}`, exact: true });

  // The second time the viewer is there, as it is for whoever looks at a second file.
  await open.press("Enter");
  await expect(sheet(1)).toContainText("Sheet 1");
  await staff.keyboard.press("Escape");
  await expect(open).toBeFocused();
  const taken = staff.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let from = 0;
        document.addEventListener("keydown", () => (from = performance.now()), { once: true, capture: true });
        const dialog = document.querySelector("dialog") as HTMLDialogElement;
        new MutationObserver((_, observer) => {
          if (dialog.querySelector("figure canvas") === null) return;
          observer.disconnect();
          resolve(performance.now() - from);
        }).observe(dialog, { childList: true, subtree: true });
      }),
  );
  await open.press("Enter");
  expect(await taken, "ms until the first page").toBeLessThan(1_000);

  await expect(dialog.getByText("Page 1 of 300")).toBeVisible();
  await staff.keyboard.press("End");
  await expect(dialog.getByText("Page 300 of 300")).toBeVisible();
  await expect(sheet(300)).toContainText("Sheet 300");
  await expect(sheet(1).locator("canvas")).toHaveCount(0);
  expect(await dialog.locator("canvas").count(), "pages drawn at a time").toBeLessThan(30);
  await staff.keyboard.press("PageUp");
  await expect(dialog.getByText("Page 299 of 300")).toBeVisible();

  for (let press = 0; press < 12; press += 1) await staff.keyboard.press("+");
  await expect(dialog.getByText("400 %")).toBeVisible();
  for (let press = 0; press < 12; press += 1) await staff.keyboard.press("-");
  await expect(dialog.getByText("50 %")).toBeVisible();
  await dialog.getByRole("button", { name: "Page 3", exact: true }).click();
  await expect(dialog.getByText("Page 3 of 300")).toBeVisible();
  await expectAccessible(staff);
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(dialog).toBeHidden();
});

test("huge sheets, text and Markdown are shown too, and what cannot be shown says so", async ({ staff, desk }) => {
  await staff.goto(`${desk.url}/sessions/new`);
  const a0 = pagesOf(1, "Plan").map((object) => object.replace("595 842", "2384 3370"));
  await staff.getByLabel("Choose files").setInputFiles([
    { name: "plan.pdf", mimeType: "application/pdf", buffer: pdfOf(a0) },
    file("terms.md", "text/markdown", "# Terms\n\n<b>Not bold</b>\n"),
    file("note.txt", "text/plain", "Ærlighed varer længst.\n"),
  ]);
  const dialog = staff.getByRole("dialog");
  await staff.getByRole("button", { name: "Preview plan.pdf" }).click();
  await expect(dialog.getByRole("figure")).toContainText("Plan 1");
  for (let press = 0; press < 14; press += 1) await dialog.press("+");
  await expect(dialog.getByText("400 %")).toBeVisible();
  await expect(dialog.locator("figure canvas")).toBeVisible();
  const pixels = await dialog.locator("figure canvas").evaluate((canvas: HTMLCanvasElement) => canvas.width * canvas.height);
  expect(pixels).toBeLessThanOrEqual(16 * 1024 * 1024 + 20_000);
  await staff.keyboard.press("Escape");

  await staff.getByRole("button", { name: "Preview terms.md" }).click();
  await expect(dialog.getByText("<b>Not bold</b>")).toBeVisible();
  await expectFits(staff);
  await staff.keyboard.press("Escape");
  await staff.getByRole("button", { name: "Preview note.txt" }).click();
  await expect(dialog.getByText("Ærlighed varer længst.")).toBeVisible();
});
