import type { ChildProcess } from "node:child_process";
import { dirname, join } from "node:path";

import { end, freePort, program, run, type Server, startServer } from "./server";

/** A server with a connected number: the other side is the mock of the Cloud API, which signs its webhooks as Meta does. */
export interface Connected {
  server: Server;
  /** Something that the mock can do, as `GET /mock` lists it: with a body it is done, without one it is told. */
  mock: (path: string, body?: object) => Promise<unknown>;
  stop: () => Promise<void>;
}

/** Starts both, each knowing the other's address. The mock's program lies beside the server's. */
export async function startConnected(bots?: string, ...flags: string[]): Promise<Connected> {
  const [port, mockPort] = [await freePort(), await freePort()];
  const webhook = `http://127.0.0.1:${port}/webhooks/whatsapp`;
  const { PATH = "" } = process.env;
  const process_ = run(join(dirname(program()), "mock-cloud-api"), ["--listen", `127.0.0.1:${mockPort}`, "--webhook", webhook, ...flags], { env: { PATH }, stdio: ["ignore", "pipe", "inherit"] });
  try {
    const env = await variables(process_);
    const server = await startServer({ bots, port, env });
    const mock = async (path: string, body?: object) => {
      const answer = await fetch(`http://127.0.0.1:${mockPort}/mock/${path}`, body && { method: "POST", body: JSON.stringify(body) });
      const said = await answer.text();
      if (!answer.ok) {
        throw new Error(`the mock refused ${path}: ${said}`);
      }
      return JSON.parse(said || "null") as unknown;
    };
    const stop = async () => {
      await Promise.all([server.stop(), end(process_)]);
    };
    return { server, mock, stop };
  } catch (error) {
    await end(process_);
    throw error;
  }
}

/** The settings that point a server to the mock: it prints them when it listens. */
function variables(mock: ChildProcess): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    let said = "";
    mock.once("error", reject);
    mock.stdout?.on("data", (data) => {
      said += String(data);
      // What it prints next begins after the last of them.
      if (said.includes("Write as a customer")) {
        resolve(Object.fromEntries([...said.matchAll(/export (\w+)=(\S+)/g)].map(([, name, value]) => [name, value])));
      }
    });
    mock.stdout?.on("end", () => reject(new Error(`the mock did not start:\n${said}`)));
  });
}
