// Widgets in pages of others: real hosts on another origin, hostile ones, and none at all.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "@playwright/test";
import type { Desk } from "../desk";
import { expect, test } from "../fixtures";

/** Pages of somebody else, on an origin of their own. */
class Host {
  /** What `/token` answers. */
  token: () => Promise<string> = async () => "";
  asked = 0;
  private page = "";
  private headers: Record<string, string> = {};

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async open(name = "localhost"): Promise<Host> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const host = new Host(server, `http://${name}:${(server.address() as AddressInfo).port}`);
    server.on("request", async (request, response) => {
      if (request.url?.startsWith("/token")) {
        host.asked += 1;
        response.end(await host.token());
      } else {
        response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...host.headers }).end(host.page);
      }
    });
    return host;
  }

  /** Shows this in the body of its page. */
  async show(page: Page, body: string, headers: Record<string, string> = {}): Promise<void> {
    this.page = `<!DOCTYPE html><html lang="en"><title>Intranet</title><main><h1>Intranet</h1>${body}</main></html>`;
    this.headers = headers;
    await page.goto(this.origin);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
  }
}

async function make(staff: Page, desk: Desk, kind: string, origin: string): Promise<string> {
  await staff.goto(`${desk.url}/widgets`);
  await staff.getByLabel("Name").fill("Intranet");
  await staff.getByLabel("Kind").selectOption(kind);
  await staff.getByRole("textbox", { name: "Origins" }).fill(origin);
  await staff.getByRole("button", { name: "Make widget" }).click();
  await expect(staff).toHaveURL(/widget=wid_/);
  return new URL(staff.url()).searchParams.get("widget") ?? "";
}

async function key(staff: Page, desk: Desk): Promise<string> {
  await staff.goto(`${desk.url}/api-keys`);
  await staff.getByLabel("Name").fill("Intranet");
  await staff.getByRole("button", { name: "Make key" }).click();
  return staff.getByRole("textbox", { name: "API key" }).inputValue();
}

async function mint(desk: Desk, key: string, wish: object): Promise<{ token: string; url?: string; jti: string }> {
  const answer = await fetch(`${desk.url}/embed/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(wish),
  });
  expect(answer.status).toBe(201);
  return (await answer.json()) as { token: string; url?: string; jti: string };
}

function element(desk: Desk, widget: string, more = ""): string {
  return `<script type="module" src="${desk.url}/embed/v1.js" crossorigin></script>
    <sign-status widget="${widget}" token-url="/token" ${more}>Ask the portal.</sign-status>`;
}

/** A page of the host's reader, who has no sign-in at the portal; it may throw nothing. */
const hosted = test.extend<{ reader: Page; host: Host }>({
  reader: async ({ browser }, use) => {
    const context = await browser.newContext({ reducedMotion: "reduce" });
    const page = await context.newPage();
    const thrown: string[] = [];
    page.on("pageerror", (error) => thrown.push(error.message));
    await use(page);
    expect(thrown).toEqual([]);
    await context.close();
  },
  // biome-ignore lint: Playwright wants the empty pattern
  host: async ({}, use) => {
    const host = await Host.open();
    await use(host);
    await host.close();
  },
});

hosted("WG-01: a page on another origin cannot frame it", async ({ staff, desk, reader, host }) => {
  const widget = await make(staff, desk, "list", "https://intranet.example");
  await host.show(reader, element(desk, widget));
  const status = reader.locator("sign-status");
  await expect(status).toHaveAttribute("data-state", "offline", { timeout: 20_000 });
  expect(host.asked).toBe(0);
  await expect(status.getByText("Ask the portal.")).toBeVisible();
});

hosted("WG-05: ten thousand messages of others change nothing", async ({ staff, desk, reader, host }) => {
  const widget = await make(staff, desk, "list", host.origin);
  const secret = await key(staff, desk);
  host.token = async () => (await mint(desk, secret, { widget, resources: ["view"] })).token;
  await host.show(reader, element(desk, widget));
  const status = reader.locator("sign-status");
  await expect(status).toHaveAttribute("data-rev", /\d/);
  const seen = () => status.evaluate((element) => [element.dataset.state, element.dataset.rev, element.shadowRoot?.querySelector("iframe")?.style.blockSize]);
  const before = await seen();
  const asked = host.asked;
  await status.evaluate((element, portal) => {
    const frame = element.shadowRoot?.querySelector("iframe")?.contentWindow;
    const kinds = ["hello", "token", "state", "ready", "resize", "token-expired", "error", "live", "x"];
    const odd = [null, 1, "x", [], { v: 1 }, { v: 2, type: "sign-status/hello", nonce: "x" }, { v: 1, type: 7, nonce: {} }];
    for (let i = 0; i < 10_000; i += 1) {
      const type = `sign-status/${kinds[i % kinds.length]}`;
      const fuzzed = { v: 1, type, nonce: i.toString(16).padStart(32, "0"), token: "x", height: i, state: { rev: i }, final: true };
      const message = i % 5 === 0 ? odd[i % odd.length] : fuzzed;
      // To the frame without its nonce, and to the page from a window that is not the frame.
      frame?.postMessage(message, portal);
      window.postMessage(message, location.origin);
    }
    return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  }, desk.url);
  expect(await seen()).toEqual(before);
  expect(host.asked).toBe(asked);
});

hosted("a token that is refused is asked for once more, and then it is quiet", async ({ staff, desk, reader, host }) => {
  const widget = await make(staff, desk, "list", host.origin);
  host.token = async () => "nonsense";
  await host.show(reader, element(desk, widget));
  const status = reader.locator("sign-status");
  await expect(status).toHaveAttribute("data-state", "sign-in");
  await expect(status.frameLocator("iframe").getByText("Sign-in needed")).toBeVisible();
  expect(host.asked).toBe(2);
});

hosted("the element names what the page's policy lacks", async ({ staff, desk, reader, host }) => {
  const widget = await make(staff, desk, "list", host.origin);
  const told = reader.waitForEvent("console", (message) => message.text().includes("Content-Security-Policy lacks"));
  await host.show(reader, element(desk, widget), {
    "content-security-policy": `default-src 'self'; script-src ${desk.url}`,
  });
  expect((await told).text()).toContain(`frame-src ${desk.url}`);
});
