// Settings of the browser tests. `cargo xtask test e2e` sets up all they need and
// says where it lies: E2E_SERVER (the release server), E2E_SITE (what browsers load)
// and E2E_CHROMIUM (the browser; without it Playwright takes its own).
import { existsSync } from "node:fs";
import { defineConfig, devices } from "@playwright/test";

const chromium =
  process.env.E2E_CHROMIUM ??
  ["/usr/bin/chromium", "/usr/bin/google-chrome"].find((path) => existsSync(path));

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  reporter: [["list"]],
  forbidOnly: true,
  retries: 0,
  workers: 2,
  use: {
    ...devices["Desktop Chrome"],
    contextOptions: { reducedMotion: "reduce" },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: chromium,
      args: [
        // Root, as in many a container, cannot use Chromium's sandbox.
        ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
        // The browser talks to the product alone.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--disable-quic",
      ],
    },
  },
});
