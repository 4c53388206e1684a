/** The number of turns between tries, for each try in a row: a turn has 0.2 s, and the last pause five seconds. */
const turnsBetween: readonly number[] = [1, 2, 4, 8, 16, 25];
const namesMax = 10_000;

interface Tried {
  readonly tries: number;
  readonly nextTurn: number;
}

/**
 * Decides when webhooks that accept no messages are tried: first once in a turn, and after each further try later. A
 * receiver that does not answer therefore costs little, no matter how many messages wait for it, and a receiver that
 * works again is found within five seconds.
 */
export class Tries {
  readonly #tried = new Map<string, Tried>();
  #turn = 0;

  beginTurn(): void {
    this.#turn += 1;
  }

  /** Whether a webhook may be tried now. If so, that is its try. */
  take(webhookId: string): boolean {
    const tried = this.#tried.get(webhookId);
    if (tried !== undefined && this.#turn < tried.nextTurn) return false;
    const tries = tried?.tries ?? 0;
    const turns = turnsBetween[Math.min(tries, turnsBetween.length - 1)] ?? 1;
    if (this.#tried.size >= namesMax) this.#tried.clear();
    this.#tried.set(webhookId, { tries: tries + 1, nextTurn: this.#turn + turns });
    return true;
  }

  /** A webhook has accepted a message. */
  end(webhookId: string): void {
    this.#tried.delete(webhookId);
  }

  /** Allows a try of every webhook in this turn. */
  forget(): void {
    this.#tried.clear();
  }
}
