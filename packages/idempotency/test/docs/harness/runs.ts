import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { inspect } from 'node:util';
import { loadBlock, serveBlock } from './page-modules.ts';

/** Runs a block of a page, and asserts the statements of the page about it. */
export type Run = (t: TestContext, page: string, file: string) => Promise<void>;

/** Optional parts of a request to the app of a page. */
export interface Sent {
  readonly path?: string;
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An answer from the app of a page. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly isReplay: boolean;
  readonly headers: Headers;
}

/** Sends a charge, like the pages do with curl. */
export async function charge(url: string, sent: Sent = {}): Promise<Answer> {
  const { path = '/charges', key = 'order-1842', headers = {}, body = { amount: '12.50' } } = sent;
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, ...headers },
    body: JSON.stringify(body),
  });
  const isReplay = response.headers.get('idempotency-replayed') === 'true';
  return { status: response.status, text: await response.text(), isReplay, headers: response.headers };
}

/** Asserts that an app executes a charge once, replays its answer, and refuses another charge under its key. */
export async function assertCharges(url: string, sent: Sent = {}, conflict = 409): Promise<void> {
  const first = await charge(url, sent);
  assert.deepEqual([first.status, first.isReplay], [201, false], first.text);
  const retry = await charge(url, sent);
  assert.deepEqual([retry.status, retry.isReplay, retry.text], [201, true, first.text]);
  const other = await charge(url, { ...sent, body: { ...Object(sent.body), amount: '99.00' } });
  assert.deepEqual([other.status, other.isReplay], [conflict, false], other.text);
}

/** For a block that starts a charging server. */
export function charges(sent: Sent = {}): Run {
  return async (t, page, file) => assertCharges(await serveBlock(t, page, file), sent);
}

/** For a block that starts a server: runs steps with its address. */
export function serves(steps: (url: string) => Promise<void>): Run {
  return async (t, page, file) => steps(await serveBlock(t, page, file));
}

/** For a block whose exports are used. */
export function exporting(steps: (exported: Record<string, unknown>) => Promise<void> | void): Run {
  return async (_t, page, file) => steps(await loadBlock(page, file));
}

/** For a block that prints lines in this order, and may call a server. */
export function prints(
  lines: readonly (string | RegExp)[],
  serve?: (t: TestContext) => Promise<string>,
): Run {
  return async (t, page, file) => {
    const address = await serve?.(t);
    const { mock } = t.mock.method(console, 'log', () => undefined);
    await loadBlock(page, file, address);
    const printed = mock.calls.map(({ arguments: values }: { arguments: readonly unknown[] }) =>
      values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' '),
    );
    mock.restore();
    assert.equal(printed.length, lines.length, printed.join('\n'));
    for (const [at, line] of lines.entries()) {
      if (typeof line === 'string') assert.equal(printed[at], line);
      else assert.match(printed[at] ?? '', line);
    }
  };
}

/** Runs with environment variables that are removed afterwards. */
export function withEnvironment(variables: Readonly<Record<string, string>>, run: Run): Run {
  return async (t, page, file) => {
    const before = { ...process.env };
    Object.assign(process.env, variables);
    t.after(() => {
      for (const name of Object.keys(variables)) {
        const value = before[name];
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    });
    await run(t, page, file);
  };
}

/** Runs in a folder that is removed afterwards, for a block that writes files. */
export function inTemporaryFolder(run: Run): Run {
  return async (t, page, file) => {
    const folder = mkdtempSync(join(tmpdir(), 'billonce-page-'));
    const before = process.cwd();
    process.chdir(folder);
    t.after(() => {
      process.chdir(before);
      rmSync(folder, { recursive: true });
    });
    await run(t, page, file);
  };
}

/** For a block that is only type-checked here, because another test runs the same code on real servers. */
export function elsewhere(file: string): Run {
  return (t) => {
    t.diagnostic(`run by ${file}`);
    return Promise.resolve();
  };
}
