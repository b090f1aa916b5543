// A portal of its own for a test worker: the release server with its sandbox, on
// free ports, with a data directory that is thrown away.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const server = process.env.E2E_SERVER ?? join(root, "target/release/server");
const site = process.env.E2E_SITE ?? join(root, "target/site");

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  probe.close();
  await once(probe, "close");
  return address.port;
}

export class Desk {
  /** All that the server ever wrote, over restarts. */
  output = "";
  private child: ChildProcess | undefined;

  private constructor(
    readonly url: string,
    readonly signerUrl: string,
    private readonly directory: string,
    private readonly environment: Record<string, string>,
  ) {}

  /** A portal with the sandbox inside, and with these settings beside the usual ones. */
  static async open(settings: Record<string, string> = {}): Promise<Desk> {
    const signerPort = await freePort();
    const signerUrl = `http://localhost:${signerPort}`;
    return Desk.with(signerUrl, {
      COUNTERSIGN_SANDBOX__LISTEN: `127.0.0.1:${signerPort}`,
      COUNTERSIGN_SANDBOX__PUBLIC_URL: signerUrl,
      COUNTERSIGN_SANDBOX__CONTROL_PLANE: "true",
      ...settings,
    });
  }

  /** A portal whose signing service is somewhere else. */
  static async with(signerUrl: string, settings: Record<string, string>): Promise<Desk> {
    const port = Number(settings.COUNTERSIGN_LISTEN?.split(":")[1] ?? (await freePort()));
    const directory = await mkdtemp(join(tmpdir(), "countersign-e2e-"));
    const url = `http://127.0.0.1:${port}`;
    const desk = new Desk(url, signerUrl, directory, {
      PATH: process.env.PATH ?? "",
      COUNTERSIGN_LISTEN: `127.0.0.1:${port}`,
      COUNTERSIGN_PUBLIC_URL: url,
      COUNTERSIGN_DATA_DIR: join(directory, "data"),
      COUNTERSIGN_SITE_ROOT: site,
      ...settings,
    });
    await desk.start();
    return desk;
  }

  async start(): Promise<void> {
    const child = spawn(server, [], { env: this.environment, stdio: ["ignore", "pipe", "pipe"] });
    this.child = child;
    const from = this.output.length;
    const listening = new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        this.output += chunk.toString();
        if (this.output.slice(from).includes(`Portal: ${this.url}`)) resolve();
      };
      child.stdout?.on("data", read);
      child.stderr?.on("data", read);
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}:\n${this.output.slice(from)}`)));
    });
    await listening;
  }

  /** Ends the server as a power cut would. */
  async kill(): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  async close(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** The one-time link that the server printed last. */
  setUpLink(): string {
    const links = this.output.match(/http:\/\/\S+\/setup\?token=\S+/g);
    if (links === null) throw new Error(`no set-up link in:\n${this.output}`);
    return links[links.length - 1] as string;
  }

  /** Forgets the faults that did not happen. */
  async noFaults(): Promise<void> {
    await fetch(`${this.signerUrl}/__sandbox/faults`, { method: "DELETE" });
  }

  /** Lets the sandbox fail the next `times` calls of `operation`. */
  async fault(operation: string, fault: string, times = 1): Promise<void> {
    const answer = await fetch(`${this.signerUrl}/__sandbox/faults`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ operation, fault, times }),
    });
    if (!answer.ok) throw new Error(`fault switch: ${answer.status} ${await answer.text()}`);
  }
}
