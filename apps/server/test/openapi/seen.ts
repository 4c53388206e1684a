import assert from 'node:assert/strict';
import type { Answered } from '../harness/api.ts';
import { documentedOperations, operationOf } from '../harness/documented.ts';

/** The documented statuses that were answered, by operation. */
export class Seen {
  readonly #statuses = new Map<string, Set<number>>();

  readonly note = ({ method, target, status }: Answered): void => {
    const operation = operationOf(method, target);
    if (operation === undefined) return;
    const known = this.#statuses.get(operation.name) ?? new Set();
    this.#statuses.set(operation.name, known.add(status));
  };

  /** Asserts that each documented status was answered, except those that are excused with a reason. */
  assertAll(isWanted: (status: number) => boolean, excused: Readonly<Record<string, string>> = {}): void {
    const missing = documentedOperations.flatMap(({ name, statuses }) =>
      statuses
        .filter((status) => isWanted(status) && this.#statuses.get(name)?.has(status) !== true)
        .map((status) => `${name} ${status}`),
    );
    const unexcused = missing.filter((one) => excused[one] === undefined);
    assert.deepEqual(unexcused, [], 'documented, and never answered');
    // An excuse that is not needed would hide the next mistake.
    assert.deepEqual(
      Object.keys(excused).filter((one) => !missing.includes(one)),
      [],
      'excused, and answered all the same',
    );
  }
}
