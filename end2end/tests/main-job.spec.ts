// The main job, from a dropped file to a signed result that a stranger's tool accepts.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, prepare, sha256, signingLink, standing, test } from "../fixtures";
import { rejectWith, signAs } from "../signer";

const run = promisify(execFile);

test("staff send, the signer signs, the screen changes by itself, the result verifies", async ({ staff, signer, desk, contract }) => {
  const hash = sha256(contract.buffer);
  await prepare(staff, desk, "Rental agreement 12 B", [contract]);
  await expect(staff.getByRole("listitem").filter({ hasText: contract.name })).toContainText(hash.slice(0, 8));
  await staff.getByRole("button", { name: "Send" }).click();

  await expect(staff.getByRole("heading", { level: 1, name: "Rental agreement 12 B" })).toBeVisible();
  await expect(standing(staff)).toHaveText("Ready to sign");
  const documents = staff.getByRole("region", { name: "Documents" });
  await expect(documents.getByText("All three hashes agree")).toBeVisible();
  await expect(documents.getByText(hash)).toHaveCount(3);

  const link = await signingLink(staff);
  expect(new URL(link).origin).toBe(desk.signerUrl);
  const show = staff.getByRole("link", { name: "Sessions" });
  await show.focus();
  await signAs(signer, link, { name: "Nils Holm", nationalId: "01019012345" });

  await expect(standing(staff)).toHaveText("Signed", { timeout: 2_000 });
  await expect(show, "a live update takes no focus").toBeFocused();
  const results = staff.getByRole("region", { name: "Results" });
  const [saved] = await Promise.all([staff.waitForEvent("download"), results.getByRole("link", { name: /\.xml/ }).click()]);
  const xades = await readFile(await saved.path());

  const directory = await mkdtemp(join(tmpdir(), "countersign-verify-"));
  const root = await fetch(`${desk.signerUrl}/trust/root.pem`);
  await writeFile(join(directory, "root.pem"), await root.text());
  await writeFile(join(directory, "result.xml"), xades);
  const verify = () =>
    run("xmlsec1", ["--verify", "--id-attr:Id", "SignedProperties", "--trusted-pem", "root.pem", "result.xml"], { cwd: directory });
  await writeFile(join(directory, contract.name), contract.buffer);
  await verify();
  const changed = Buffer.from(contract.buffer);
  changed[changed.length >> 1] = (changed[changed.length >> 1] as number) ^ 1;
  await writeFile(join(directory, contract.name), changed);
  await expect(verify()).rejects.toThrow();
  await rm(directory, { recursive: true });

  const sealed = results.getByRole("listitem").filter({ hasText: "Sealed package" });
  const [container] = await Promise.all([staff.waitForEvent("download"), sealed.getByRole("link").click()]);
  const { stdout } = await run("pdfsig", ["-nocert", await container.path()]);
  expect(stdout).toContain("Signature is Valid");
  expect(stdout).toContain("Total document signed");

  const [original] = await Promise.all([
    staff.waitForEvent("download"),
    documents.getByRole("link", { name: contract.name }).click(),
  ]);
  expect(sha256(await readFile(await original.path()))).toBe(hash);
});

test("a rejection reaches the staff with its reason", async ({ staff, signer, desk, contract }) => {
  await prepare(staff, desk, "Offer 7", [contract]);
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(standing(staff)).toHaveText("Ready to sign");
  await rejectWith(signer, await signingLink(staff), "The rent is <b>wrong</b>.");
  await expect(standing(staff)).toHaveText("Rejected", { timeout: 2_000 });
  await expect(staff.getByText("The rent is <b>wrong</b>.")).toBeVisible();
});

test("text documents are signed too", async ({ staff, signer, desk }) => {
  const text = { name: "Terms.txt", mimeType: "text/plain", buffer: Buffer.from("Ærlighed varer længst.\n") };
  await prepare(staff, desk, "Terms", [text]);
  await staff.getByRole("button", { name: "Send" }).click();
  await expect(standing(staff)).toHaveText("Ready to sign");
  await signAs(signer, await signingLink(staff), { name: "Nils Holm", nationalId: "01019012345" });
  await expect(standing(staff)).toHaveText("Signed", { timeout: 2_000 });
});
