import type { SimulatedDatabase } from './database.ts';
import { hold } from './violation.ts';

/** Follows the events of a tenant by its cursor, like a client that lists them in ascending order. */
export class Follower {
  readonly #database: SimulatedDatabase;
  readonly #tenant: string;
  readonly #pageRows: number;
  #cursor = '';
  #seen: string[] = [];

  constructor(database: SimulatedDatabase, tenant: string, pageRows: number) {
    this.#database = database;
    this.#tenant = tenant;
    this.#pageRows = pageRows;
  }

  /** Reads one page. Returns whether it had items. */
  look(): boolean {
    const beyond = this.#database.rows(this.#tenant).eventIds.filter((id) => id > this.#cursor);
    const page = beyond.sort().slice(0, this.#pageRows);
    this.#seen.push(...page);
    this.#cursor = page.at(-1) ?? this.#cursor;
    return page.length > 0;
  }

  /** The disk has lost the last commits: a new follower begins. */
  beginAgain(): void {
    this.#cursor = '';
    this.#seen = [];
  }

  /** Reads to the end. It must have seen each event exactly once. */
  finish(): void {
    while (this.look());
    const all = [...this.#database.rows(this.#tenant).eventIds].sort();
    const isAll = all.length === this.#seen.length && all.every((id, index) => id === this.#seen[index]);
    hold(
      isAll,
      'followers see every event once',
      () => `${this.#seen.length} of ${all.length} in ${this.#tenant}`,
    );
  }
}
