// The signing service by itself, as an account elsewhere would be.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./desk";

const program = process.env.E2E_SANDBOX ?? join(import.meta.dirname, "../target/release/sandbox");

export class Service {
  private constructor(
    readonly url: string,
    readonly clientId: string,
    readonly clientSecret: string,
    private readonly directory: string,
    private readonly child: ChildProcess,
  ) {}

  /** Starts one, with more options than where it listens and keeps its data. */
  static async open(...options: string[]): Promise<Service> {
    const port = await freePort();
    const directory = await mkdtemp(join(tmpdir(), "countersign-service-"));
    const child = spawn(program, ["--data", directory, "--listen", `127.0.0.1:${port}`, ...options], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    let said = "";
    const [, id, secret] = await new Promise<RegExpMatchArray>((resolve, reject) => {
      child.stdout?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        const found = said.match(/client id +(\S+)\s+client secret +(\S+)\n/);
        if (found !== null) resolve(found);
      });
      child.once("exit", (code) => reject(new Error(`the service ended with ${code}`)));
    });
    return new Service(`http://127.0.0.1:${port}`, id as string, secret as string, directory, child);
  }

  async close(): Promise<void> {
    if (this.child.exitCode === null) {
      this.child.kill("SIGKILL");
      await once(this.child, "exit");
    }
    await rm(this.directory, { recursive: true, force: true });
  }
}
