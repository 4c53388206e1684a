import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { childEnvironment } from './child-environment.ts';
import { onEnd } from './on-end.ts';
import { temporaryFolder } from './temporary-folder.ts';

const main = fileURLToPath(new URL('../../../../examples/llm-proxy/proxy.ts', import.meta.url));
const startTimeoutMs = 120_000;

/** A call to the proxy, as a caller sends it. */
export interface ProxyCall {
  readonly agent: string;
  readonly key: string;
  readonly prompt?: string;
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
}

/** The example proxy in a separate process, which can be killed and restarted with the same journal. */
export class LlmProxy {
  readonly #environment: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;
  #url = '';

  constructor(t: TestContext, environment: Readonly<Record<string, string>>) {
    const JOURNAL = join(temporaryFolder(t), 'usage.journal');
    this.#environment = { ...childEnvironment, PORT: '0', JOURNAL, ...environment };
    onEnd(t, () => this.stop('SIGKILL'));
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [main], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    let printed = '';
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const timer = setTimeout(() => reject(new Error(`the proxy does not start: ${printed}`)), startTimeoutMs);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        printed += chunk.toString();
        const url = /listening on (http:\S+)/.exec(printed)?.[1];
        if (url !== undefined) resolve(url);
      });
    child.once('exit', (code) => reject(new Error(`the proxy ended with ${code}: ${printed}`)));
    this.#url = await promise.finally(() => clearTimeout(timer));
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }

  get url(): string {
    return this.#url;
  }

  send({ agent, key, prompt = 'hello there', maxTokens = 8, signal }: ProxyCall): Promise<Response> {
    return fetch(`${this.#url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-agent': agent, 'idempotency-key': key },
      body: JSON.stringify({
        model: 'm',
        messages: [{ role: 'user', content: prompt }],
        max_tokens: maxTokens,
      }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** The status and the complete answer of a call. `cut` means that it ended before `[DONE]` or was never answered. */
  async call(call: ProxyCall): Promise<{ readonly status: number; readonly text: string } | 'cut'> {
    try {
      const response = await this.send(call);
      return { status: response.status, text: await response.text() };
    } catch {
      return 'cut';
    }
  }
}

/** Listens on a free port until the test has ended. */
export async function listenFor(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onEnd(t, () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
