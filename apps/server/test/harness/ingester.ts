import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { mainOf } from '../../../../packages/idempotency/test/harness/main-of.ts';
import { ingest } from '../../src/cli/ingest/ingest.ts';
import { parseIngestOptions } from '../../src/cli/ingest/options.ts';
import { exitCodeOf, summaryOf } from '../../src/cli/ingest/summary.ts';
import { type Api, apiAt } from './api.ts';
import { childEnvironment } from './child-environment.ts';
import { onEnd } from './on-end.ts';

const main = mainOf('apps/server/src/cli/main.ts');
const lookEveryMs = 5;

/** The generated trace in the repository, and the facts from its README. */
export const trace = {
  file: fileURLToPath(new URL('../../../../examples/llm-trace.csv', import.meta.url)),
  rows: 2_000,
  items: 3_972,
  inputTokens: 2_910_091,
  outputTokens: 370_959,
} as const;

/** The output of an ingester, and how it ended. */
export interface Ingested {
  /** `null` if it was killed */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An ingester in a separate process. */
export interface Ingester {
  readonly process: ChildProcess;
  /** Resolves when it has ended. */
  readonly ended: Promise<Ingested>;
}

/** Starts `billonce ingest`. */
export function startIngester(
  t: TestContext,
  url: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Ingester {
  const child = spawn(process.execPath, [main, 'ingest', ...args], {
    env: { ...childEnvironment, BILLONCE_URL: url, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onEnd(t, () => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = once(child, 'close').then(() => ({ code: child.exitCode, stdout, stderr }));
  return { process: child, ended };
}

/** Runs `billonce ingest` to its end. */
export async function runIngester(
  t: TestContext,
  url: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ingested> {
  return await startIngester(t, url, args, environment).ended;
}

/** Ingests in the process of the test, if nothing must be killed: a process takes long to start. */
export async function ingestHere(url: string, args: readonly string[]): Promise<Ingested> {
  const parsed = parseIngestOptions(args, { BILLONCE_URL: url });
  if (parsed.kind !== 'valid') throw new Error(JSON.stringify(parsed));
  let stderr = '';
  const report = await ingest(parsed.options, {
    standardInput: Readable.from([]),
    interrupt: new AbortController().signal,
    monitor: undefined,
    warn: (text) => {
      stderr += `billonce: ${text}\n`;
    },
  });
  return { code: exitCodeOf(report), stdout: summaryOf(parsed.options.file, report), stderr };
}

/** A count in the summary, by its name. */
export function countOf({ stdout }: Ingested, name: string): number {
  const found = new RegExp(`^  ${name} +([\\d,]+)$`, 'm').exec(stdout)?.[1];
  if (found === undefined) throw new Error(`no count of ${name} in:\n${stdout}`);
  return Number(found.replaceAll(',', ''));
}

/** The usage that the server has of the two services of a trace. */
export async function billedTokens(url: string, agents = 1): Promise<{ input: number; output: number }> {
  const api = apiAt(url);
  const sum = async (service: string) => {
    let total = 0;
    for (let agent = 1; agent <= agents; agent += 1) total += await totalOf(api, `agent-${agent}`, service);
    return total;
  };
  return { input: await sum('input-tokens'), output: await sum('output-tokens') };
}

async function totalOf(api: Api, agent: string, service: string): Promise<number> {
  return (await api.get(`/usage/${agent}/${service}`)).json.total;
}

/** Checks until a condition is true, and leaves the processor to other work between checks. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await passing(lookEveryMs);
}
