/** Turns between a try and the next one, for each try in a row: in turns of 0.2 s, five seconds in the end. */
const turnsBetween: readonly number[] = [1, 2, 4, 8, 16, 25];
const namesMax = 10_000;

interface Tried {
  readonly tries: number;
  readonly nextTurn: number;
}

/**
 * When webhooks that take no messages are tried: once in a turn, and later after each further try. So a receiver that is
 * gone costs little, however many messages wait for it, and one that comes back is found in five seconds.
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

  /** A webhook has taken a message. */
  end(webhookId: string): void {
    this.#tried.delete(webhookId);
  }

  /** Lets all be tried in this turn. */
  forget(): void {
    this.#tried.clear();
  }
}
