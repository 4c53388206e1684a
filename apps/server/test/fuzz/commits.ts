import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { onEnd } from '../harness/on-end.ts';

/** Tells whether anything was committed to a database file, by whomever. */
export interface CommitWitness {
  /** a number that changes with every commit */
  count(): number;
}

/**
 * Watches a database file that a server has open. SQLite says of each connection whether another one has changed the
 * file since: not a row, not a counter, not a record of a key can change behind it.
 */
export function commitWitness(t: TestContext, file: string): CommitWitness {
  const database = new DatabaseSync(file, { readOnly: true });
  onEnd(t, () => database.close());
  const version = database.prepare('PRAGMA data_version');
  return { count: () => Number(version.get()?.['data_version']) };
}
