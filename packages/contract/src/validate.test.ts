import assert from 'node:assert/strict';
import { test } from 'node:test';
import Type from 'typebox';
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

test('a value that breaks a pattern gets a sentence, not a regular expression', () => {
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

test('a value outside a list of allowed ones gets a sentence that lists them', () => {
  const validate = compileValidator(
    Type.Object({
      form: Type.Enum(['csv', 'json']),
      scope: Type.Union([Type.Literal('read'), Type.Literal('record'), Type.Literal('settle')]),
      window: Type.Literal(60_000),
      limit: Type.Union([Type.Integer({ minimum: 1, maximum: 9 }), Type.Null()]),
      label: Type.Union([Type.String(), Type.Null()]),
    }),
  );
  const faultsOf = (value: unknown) => {
    const validated = validate(value);
    return validated.kind === 'invalid'
      ? validated.faults.map(({ pointer, message }) => [pointer, message])
      : [];
  };
  assert.deepEqual(faultsOf({ form: 'xml', scope: 'write', window: '1 m', limit: '5', label: 7 }), [
    ['/form', 'must be "csv" or "json"'],
    ['/scope', 'must be "read", "record" or "settle"'],
    ['/window', 'must be 60000'],
    ['/limit', 'must be an integer or null'],
    ['/label', 'must be a string or null'],
  ]);
  assert.deepEqual(faultsOf({ form: 'csv', scope: 'read', window: 60_000, limit: 10, label: null }), [
    ['/limit', 'must be at most 9 or null'],
  ]);
});

test('no fault of any operation mentions schemas', () => {
  for (const [name, operation] of Object.entries(operations)) {
    for (const part of ['params', 'query', 'body'] as const) {
      const schema: unknown = Reflect.get(operation, part);
      if (!Type.IsSchema(schema)) continue;
      const members = Object.keys(Reflect.get(schema, 'properties') ?? {});
      for (const wrong of [-1, 0.5, 'ö ö', true, [], [7, 7], {}, null]) {
        const value = Object.fromEntries(members.map((member) => [member, wrong]));
        const validated = compileValidator(schema)(value);
        const messages = validated.kind === 'invalid' ? validated.faults.map(({ message }) => message) : [];
        for (const message of messages)
          assert.doesNotMatch(message, /schema|constant|to one of the allowed|anyOf|pattern/, name);
      }
    }
  }
});
