import type { ApiKey, ApiKeyUse } from '../domain/api-key.ts';
import { adminTenant } from '../domain/tenant.ts';
import type { Outcome, Submission } from '../ledger/submission.ts';

/** The dependencies of the worker. */
export interface KeyUsesDesk {
  readonly submit: (submission: Submission) => Promise<Outcome>;
  readonly nowMs: () => number;
}

const minuteMs = 60_000;
const everyMs = 30_000;
/** The number of keys whose use waits to be written. The use of others is recorded once there is room. */
const keysMax = 10_000;
/** The number of keys that one command writes, so that no write waits long for it. */
const keysPerCommandMax = 500;

/**
 * Records in which minute each API key was last used. A request only stores its minute in memory; twice a minute all of
 * them are written together. If the process dies before that, they are lost: the next use is recorded again.
 */
export class KeyUses {
  readonly #desk: KeyUsesDesk;
  #uses = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(desk: KeyUsesDesk) {
    this.#desk = desk;
  }

  note({ prefix, lastUsedAtMs }: ApiKey): void {
    const nowMs = this.#desk.nowMs();
    const usedAtMs = nowMs - (nowMs % minuteMs);
    if (lastUsedAtMs !== undefined && lastUsedAtMs >= usedAtMs) return;
    if (this.#uses.size < keysMax || this.#uses.has(prefix)) this.#uses.set(prefix, usedAtMs);
  }

  /** Writes what was recorded. Never rejects: a use that could not be stored is recorded again at the next one. */
  runOnce(): Promise<void> {
    this.#running ??= this.#write().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  start(): void {
    const run = (): void => {
      this.runOnce().catch(() => undefined);
    };
    this.#timer = setInterval(run, everyMs).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.runOnce();
  }

  async #write(): Promise<void> {
    const uses = [...this.#uses].map(([prefix, usedAtMs]): ApiKeyUse => ({ prefix, usedAtMs }));
    this.#uses = new Map();
    for (let from = 0; from < uses.length; from += keysPerCommandMax) {
      const some = uses.slice(from, from + keysPerCommandMax);
      const command = { kind: 'note_api_key_uses', uses: some } as const;
      await this.#desk.submit({ tenant: adminTenant, command, key: undefined });
    }
  }
}
