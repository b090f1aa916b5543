// The client secret, configured as an operator would, is in nothing that leaves the server.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Desk } from "../desk";
import { enter, expect, send, test } from "../fixtures";
import { Service } from "../service";

test("the client secret appears in no browser file, page, header or log", async ({ page, contract }) => {
  const service = await Service.open();
  const marker = service.clientSecret;
  const desk = await Desk.with(service.url, {
    COUNTERSIGN_UPSTREAM__CLIENT_ID: service.clientId,
    COUNTERSIGN_UPSTREAM__CLIENT_SECRET: marker,
    COUNTERSIGN_UPSTREAM__BASE_URL: `${service.url}/sign`,
    COUNTERSIGN_UPSTREAM__TOKEN_URL: `${service.url}/auth/open/connect/token`,
    COUNTERSIGN_UPSTREAM__REACH: "private",
    RUST_LOG: "trace",
  });
  const seen: Promise<string>[] = [];
  page.on("response", (response) => {
    seen.push(
      (async () => {
        const headers = JSON.stringify(await response.allHeaders());
        const streams = (response.headers()["content-type"] ?? "").startsWith("text/event-stream");
        const body = streams ? "" : (await response.body().catch(() => Buffer.alloc(0))).toString("latin1");
        return `${response.url()}\n${headers}\n${body}`;
      })(),
    );
  });
  await enter(page, desk);
  await send(page, desk, "Marked", [contract]);
  await page.goto(desk.url);
  await page.goto("about:blank");

  const encodings = [marker, Buffer.from(marker).toString("base64").replace(/=+$/, ""), Buffer.from(marker).toString("hex")];
  const leaks = (text: string) => encodings.some((encoding) => text.includes(encoding));
  const answers = await Promise.all(seen);
  expect(answers.length).toBeGreaterThan(10);
  expect(answers.filter(leaks).map((answer) => answer.split("\n")[0])).toEqual([]);
  expect(desk.output.length).toBeGreaterThan(1_000);
  expect(leaks(desk.output)).toBe(false);

  const site = process.env.E2E_SITE ?? join(import.meta.dirname, "../../target/site");
  for (const entry of await readdir(site, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) expect(leaks((await readFile(join(entry.parentPath, entry.name))).toString("latin1")), entry.name).toBe(false);
  }
  await desk.close();
  await service.close();
});
