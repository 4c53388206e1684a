import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from './operations.ts';
import { explanationOf } from './schemas/explained-pattern.ts';
import { Agent } from './schemas/identifiers.ts';
import { compileValidator } from './validate.ts';

function patternsIn(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) =>
    name === 'pattern' && typeof value === 'string' ? [value] : patternsIn(value),
  );
}

test('a request that breaks a pattern gets a sentence, not a regular expression', () => {
  const parts = Object.entries(operations).flatMap(([name, operation]) =>
    ['params', 'query', 'body'].flatMap((part) =>
      patternsIn(Reflect.get(operation, part)).map((pattern) => ({ name, part, pattern })),
    ),
  );
  assert.ok(parts.length > 20);
  for (const { name, part, pattern } of parts) {
    assert.ok(explanationOf(pattern), `${name}: ${pattern} in the ${part} has no explanation`);
  }
  const validated = compileValidator(Agent)('a b');
  assert.deepEqual(validated.kind === 'invalid' && validated.faults, [
    {
      pointer: '',
      message:
        "may contain A-Z a-z 0-9 . _ - @ : / | + ~ # $ ! and '*'; it is not '.' or '..' and contains no '::'",
    },
  ]);
});
