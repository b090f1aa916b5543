// Hashing in the browser: our worker beside WebCrypto and hash-wasm, in one run of
// one browser on one file. `cargo xtask bench hash` builds the site and starts this:
//
//   node run.mjs <directory of hash-worker.js and what it imports>
//
// It fails when digests differ, when our worker is less than 1.3 times as fast as
// hash-wasm, when it keeps the page from answering for more than 50 ms, or when its
// memory grows with the file.
import { randomFillSync } from "node:crypto";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";

const MIB = 1024 * 1024;
const SMALL = 64 * MIB;
const LARGE = 1024 * MIB;
const ROUNDS = { small: 5, large: 2 };
const TARGET_RATIO = 1.3;
const LONGEST_TASK_MS = 50;
// What a browser may keep in rubbish before it collects it, whatever the file's size.
const MEMORY_SLACK = 64 * MIB;

const here = dirname(fileURLToPath(import.meta.url));
const [, , pkg] = process.argv;

/** Serves our worker, its rival and the page from one loopback origin. */
function serve() {
  const places = {
    "/": [join(here, "page.html"), "text/html"],
    "/page.js": [join(here, "page.js"), "text/javascript"],
    "/rival-worker.js": [join(here, "rival-worker.js"), "text/javascript"],
    "/hash-wasm.js": [
      join(here, "../../node_modules/hash-wasm/dist/index.esm.min.js"),
      "text/javascript",
    ],
    "/hash-worker.js": [join(pkg, "hash-worker.js"), "text/javascript"],
    "/hasher.js": [join(pkg, "hasher.js"), "text/javascript"],
    "/hasher_bg.wasm": [join(pkg, "hasher_bg.wasm"), "application/wasm"],
  };
  const server = createServer((request, response) => {
    const [path, type] = places[request.url] ?? [];
    if (path === undefined) {
      response.writeHead(404).end();
    } else {
      response.writeHead(200, { "content-type": type }).end(readFileSync(path));
    }
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** A file of the given size whose pieces differ, in a directory of its own. */
function makeFile(size) {
  const dir = mkdtempSync(join(tmpdir(), "countersign-bench-"));
  const path = join(dir, "sample.bin");
  const file = openSync(path, "w");
  const piece = randomFillSync(Buffer.alloc(MIB));
  for (let written = 0; written < size; written += MIB) {
    piece.writeUInt32LE(written / MIB);
    writeSync(file, piece);
  }
  closeSync(file);
  return { dir, path };
}

/** The resident memory of the browser's page processes, in bytes; Linux only. */
async function rendererMemory(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  let bytes = 0;
  for (const { type, id } of processInfo) {
    const status = `/proc/${id}/status`;
    if (type === "renderer" && existsSync(status)) {
      bytes += Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(status, "utf8"))?.[1] ?? 0) * 1024;
    }
  }
  return bytes;
}

/** The highest resident memory seen while `work` went on. */
async function peakMemory(browser, work) {
  let peak = 0;
  let busy = true;
  const sampling = (async () => {
    while (busy) {
      peak = Math.max(peak, await rendererMemory(browser));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  await work();
  busy = false;
  await sampling;
  return { peak };
}

const mb = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

const names = {
  ours: "our worker",
  rival: "hash-wasm in a worker",
  webcrypto: "WebCrypto, whole buffer",
};

/** Hashes the first bytes of the sample in every way, in turns, so that a busy moment
 * of the machine meets all alike; gives the best time of each, in ms. */
async function race(page, ways, size, rounds, problems) {
  const best = Object.fromEntries(ways.map((how) => [how, Infinity]));
  for (let round = 0; round < rounds; round += 1) {
    const digests = new Set();
    for (const how of ways) {
      const { ms, digest } = await page.evaluate(([how, size]) => globalThis.hash(how, size), [how, size]);
      digests.add(digest);
      best[how] = Math.min(best[how], ms);
    }
    if (digests.size !== 1) problems.push(`digests differ: ${[...digests].join(", ")}`);
  }
  const title = `${size / MIB} MiB`;
  for (const how of ways) {
    const speed = (size / 1e6 / (best[how] / 1000)).toFixed(0);
    const ratio = (best.rival / best[how]).toFixed(2);
    console.log(`${title.padEnd(10)}${names[how].padEnd(25)}${speed.padStart(5)} MB/s  ${ratio} × hash-wasm`);
  }
  const ratio = best.rival / best.ours;
  if (ratio < TARGET_RATIO) {
    problems.push(`${title}: ${ratio.toFixed(2)} × hash-wasm, wanted are ${TARGET_RATIO}`);
  }
}

async function measureMemory(browser, page, problems) {
  // The worker is up and has hashed once.
  await page.evaluate((size) => globalThis.hash("ours", size), MIB);
  const before = await rendererMemory(browser);
  if (before === 0) return;
  const { peak } = await peakMemory(browser, () =>
    page.evaluate((size) => globalThis.hash("ours", size), LARGE),
  );
  console.log(`memory of the page and its worker: ${mb(before)} before 1 GiB, at most ${mb(peak)} meanwhile`);
  if (peak - before > MEMORY_SLACK) {
    problems.push(`memory grew by ${mb(peak - before)} while hashing 1 GiB`);
  }
}

async function measureMainThread(page, problems) {
  const { longest, gap } = await page.evaluate(() => globalThis.watchMainThread(25e6));
  const task = longest === 0 ? `none over ${LONGEST_TASK_MS} ms` : `${longest.toFixed(0)} ms`;
  console.log(`main thread while hashing 25 MB: longest task ${task}, longest silence ${gap.toFixed(0)} ms`);
  if (longest > LONGEST_TASK_MS) problems.push(`a main-thread task took ${longest.toFixed(0)} ms`);
}

const server = await serve();
const file = makeFile(LARGE);
const browser = await chromium.launch({
  executablePath: process.env.E2E_CHROMIUM,
  args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
});
try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => console.error(error));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.getByLabel("Sample").setInputFiles(file.path);
  console.log(`Chromium ${browser.version()}; best of ${ROUNDS.small} rounds, of ${ROUNDS.large} for 1 GiB`);
  const problems = [];
  await measureMemory(browser, page, problems);
  await measureMainThread(page, problems);
  await race(page, ["ours", "rival", "webcrypto"], SMALL, ROUNDS.small, problems);
  await race(page, ["ours", "rival"], LARGE, ROUNDS.large, problems);
  for (const problem of problems) console.error(`missed: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
} finally {
  await browser.close();
  server.close();
  rmSync(file.dir, { recursive: true });
}
