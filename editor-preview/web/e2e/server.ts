import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A server of the tests' own, with a folder of bots and a store that go with it. */
export interface Server {
  url: string;
  bots: string;
  stop: () => Promise<void>;
}

/** What a server is started with, beside its own folder. */
export interface Options {
  /** A folder of bots; none: it has none. */
  bots?: string;
  port?: number;
  /** Settings beside those of the tests. */
  env?: Record<string, string>;
}

/** The program that `SALESBOT_BINARY` names. */
export function program(): string {
  const binary = process.env.SALESBOT_BINARY;
  if (!binary) {
    throw new Error("SALESBOT_BINARY names no program: build it with `cargo build -p salesbot`, and give the path to target/debug/salesbot");
  }
  return binary;
}

/** Programs that run. None is left behind, also where a test file fails before it could stop them. */
const running = new Set<ChildProcess>();
process.once("exit", () => running.forEach((program) => program.kill("SIGKILL")));

/** Starts a program that ends with the tests at the latest. */
export function run(program: string, flags: readonly string[], options: SpawnOptions): ChildProcess {
  const started = spawn(program, flags, options);
  running.add(started);
  started.once("exit", () => running.delete(started));
  return started;
}

/** Starts the program on a free port, with the bots of a folder, or without any. */
export async function startServer(options: string | Options = {}): Promise<Server> {
  const { bots, env = {}, port = await freePort() } = typeof options === "string" ? { bots: options } : options;
  const folder = await mkdtemp(join(tmpdir(), "salesbot-studio-"));
  await mkdir(join(folder, "bots"));
  if (bots) {
    await cp(bots, join(folder, "bots"), { recursive: true });
  }
  const url = `http://127.0.0.1:${port}`;
  const { PATH = "" } = process.env;
  const server = run(program(), ["serve"], {
    cwd: folder,
    env: { PATH, SALESBOT_LISTEN: `127.0.0.1:${port}`, SALESBOT_BOTS: join(folder, "bots"), SALESBOT_STORE: join(folder, "data"), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  server.stdout?.on("data", (data) => (said += String(data)));
  server.stderr?.on("data", (data) => (said += String(data)));
  const stop = async () => {
    await end(server);
    await rm(folder, { recursive: true, force: true });
  };
  if (!(await isReady(url, server))) {
    await stop();
    throw new Error(`the server did not start:\n${said}`);
  }
  return { url, bots: join(folder, "bots"), stop };
}

async function isReady(url: string, server: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 300 && server.exitCode === null; tries += 1) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) {
      return true;
    }
    await sleep(100);
  }
  return false;
}

export async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode === null) {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await Promise.race([ended, sleep(5_000).then(() => server.kill("SIGKILL"))]);
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
