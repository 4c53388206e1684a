import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attack, attacks, promises } from './harness/proofs.ts';
import kept from './proofs.json' with { type: 'json' };

const all: readonly Attack[] = Object.values(attacks);

test('every promise has a test that attacks it', () => {
  const attacked = new Set(all.flatMap((attack) => attack.promises));
  assert.deepEqual([...attacked].sort(), Object.keys(promises).sort());
});

test('each kept result of a long run belongs to an existing attack, and states how much was done', () => {
  for (const [id, proof] of Object.entries(kept)) {
    assert.ok(id in attacks, id);
    assert.match(JSON.stringify(proof), /"amount":"[^"]*\d/);
  }
});
