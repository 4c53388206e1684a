const firstRestMs = 30_000;
const restMaxMs = 3_600_000;
const namesMax = 10_000;

interface Rest {
  readonly untilMs: number;
  readonly lastsMs: number;
}

/** Which webhooks are paused after an error of this server, and until when: each further error doubles the time. */
export class Rests {
  readonly #nowMs: () => number;
  readonly #rests = new Map<string, Rest>();

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  isResting(webhookId: string): boolean {
    const rest = this.#rests.get(webhookId);
    if (rest === undefined) return false;
    const leftMs = rest.untilMs - this.#nowMs();
    // A clock that was set back must not make the pause longer.
    return leftMs > 0 && leftMs <= rest.lastsMs;
  }

  /** Pauses a webhook. Several deliveries that fail together count once. */
  begin(webhookId: string): void {
    if (this.isResting(webhookId)) return;
    const before = this.#rests.get(webhookId);
    const lastsMs = before === undefined ? firstRestMs : Math.min(restMaxMs, before.lastsMs * 2);
    if (this.#rests.size >= namesMax) this.#rests.clear();
    this.#rests.set(webhookId, { untilMs: this.#nowMs() + lastsMs, lastsMs });
  }

  end(webhookId: string): void {
    this.#rests.delete(webhookId);
  }
}
