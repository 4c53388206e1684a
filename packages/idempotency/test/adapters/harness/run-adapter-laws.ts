import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AdapterSubject, adapterLaws } from '../../../src/testing/adapter-laws.ts';
import { unconcerned } from './unconcerned.ts';

/** Tests a subject against the adapter laws, except those about features that its framework does not have. */
export function runAdapterLaws(name: string, subject: AdapterSubject): void {
  describe(`laws of the adapter for ${name}`, () => {
    for (const law of adapterLaws) {
      if (law.concerns(subject)) test(`${law.id}: ${law.sentence}`, () => law.run(subject));
    }
    test('the laws that do not apply to it are exactly those that the page names', () => {
      const others = adapterLaws.filter((law) => !law.concerns(subject));
      assert.deepEqual(
        others.map(({ id }) => id),
        unconcerned[name],
      );
    });
  });
}
