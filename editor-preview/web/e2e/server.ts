import { type ChildProcess, spawn } from "node:child_process";
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

/** Starts the program that `SALESBOT_BINARY` names on a free port, with the bots of a folder, or without any, and with some settings. */
export async function startServer(bots?: string, settings: Record<string, string> = {}): Promise<Server> {
  const binary = process.env.SALESBOT_BINARY;
  if (!binary) {
    throw new Error("SALESBOT_BINARY names no program: build it with `cargo build -p salesbot`, and give the path to target/debug/salesbot");
  }
  const folder = await mkdtemp(join(tmpdir(), "salesbot-studio-"));
  await mkdir(join(folder, "bots"));
  if (bots) {
    await cp(bots, join(folder, "bots"), { recursive: true });
  }
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { PATH = "" } = process.env;
  const server = spawn(binary, ["serve"], {
    cwd: folder,
    env: { PATH, SALESBOT_LISTEN: `127.0.0.1:${port}`, SALESBOT_BOTS: join(folder, "bots"), SALESBOT_STORE: join(folder, "data"), ...settings },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  server.stdout.on("data", (data) => (said += String(data)));
  server.stderr.on("data", (data) => (said += String(data)));
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

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode === null) {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await Promise.race([ended, sleep(5_000).then(() => server.kill("SIGKILL"))]);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port"))));
    });
  });
}
