import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { idempotent, type NodeHandlerOptions, operationOf } from '../../../src/adapters/node.ts';
import { listening } from '../../adapters/harness/listening.ts';

/** An application on a store that counts its executions, together with all applications that share the counter. */
export interface CountingApp {
  readonly port: number;
  close(): Promise<void>;
}

/** The executed requests. */
export class Executions {
  readonly #ofKey = new Map<string, number>();
  /** the attempts whose request reached the handler */
  readonly attempts = new Set<string>();

  of(key: string): number {
    return this.#ofKey.get(key) ?? 0;
  }

  get keys(): readonly string[] {
    return [...this.#ofKey.keys()];
  }

  add(key: string, attempt: string): void {
    this.#ofKey.set(key, this.of(key) + 1);
    this.attempts.add(attempt);
  }
}

/** The answer to an attempt. */
export interface Answered {
  readonly attempt: string;
  readonly status: number;
  readonly body: string;
  readonly isReplay: boolean;
  /** the code of a refusal */
  readonly code: string | undefined;
}

/**
 * A request must be answered within this time in any state of the servers. It is many times the time-outs of the store.
 */
const hangMs = 30_000;
const retryPauseMs = 25;
const retryForMs = 90_000;

/** @param whileExecuting runs in the handler, after the execution was counted */
export function startCountingApp(
  options: NodeHandlerOptions,
  executions: Executions,
  whileExecuting: () => Promise<void> = async () => {},
): Promise<CountingApp> {
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    executions.add(operationOf(request)?.key ?? '', String(request.headers['x-attempt']));
    await whileExecuting();
    const execution = crypto.randomUUID();
    response.writeHead(201, { 'Content-Type': 'application/json' }).end(JSON.stringify({ execution }));
  }
  return listening(idempotent({ callers: 'by-address', ...options }, handle));
}

/** Sends the request of a key once. */
export async function attempt({ port }: CountingApp, key: string): Promise<Answered> {
  const id = crypto.randomUUID();
  const response = await fetch(`http://127.0.0.1:${port}/charges`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, 'X-Attempt': id },
    body: JSON.stringify({ amount: '12.50' }),
    signal: AbortSignal.timeout(hangMs),
  });
  const body = await response.text();
  const { status, headers } = response;
  const code = status === 201 ? undefined : String(JSON.parse(body).error);
  return { attempt: id, status, body, isReplay: headers.has('idempotency-replayed'), code };
}

/** Sends the request of a key until there is a final result: an answer, or a permanent refusal. */
export async function settle(
  apps: readonly CountingApp[],
  key: string,
  onAnswer: (answered: Answered) => void = () => {},
): Promise<Answered> {
  const untilMs = Date.now() + retryForMs;
  for (let at = 0; ; at++) {
    const app = apps[at % apps.length];
    assert.ok(app !== undefined);
    const answered = await attempt(app, key);
    onAnswer(answered);
    if (!isPassing(answered)) return answered;
    assert.ok(Date.now() < untilMs, `${key} is still answered with ${answered.status} ${answered.body}`);
    await pause(retryPauseMs);
  }
}

function isPassing({ status, code }: Answered): boolean {
  return status === 503 || code === 'idempotency_in_progress';
}
