import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapRow } from './map-row.ts';
import type { Mapping } from './mapping.ts';
import type { Row } from './row.ts';

const mapping: Mapping = {
  agent: { kind: 'spread', agents: 3 },
  items: [
    {
      service: { kind: 'constant', text: 'input-tokens' },
      requests: { kind: 'column', column: 'ContextTokens' },
    },
    {
      service: { kind: 'constant', text: 'output-tokens' },
      requests: { kind: 'column', column: 'GeneratedTokens' },
    },
  ],
};

function row(number: number, fields: Readonly<Record<string, unknown>>): Row {
  return {
    kind: 'row',
    place: { row: number, line: number + 1, endByte: 0 },
    text: JSON.stringify(fields),
    field: (column) => fields[column],
  };
}

function itemsOf(number: number, fields: Readonly<Record<string, unknown>>, by: Mapping = mapping) {
  const mapped = mapRow(row(number, fields), by, 'source');
  assert.equal(mapped.kind, 'items', JSON.stringify(mapped));
  return mapped.kind === 'items' ? mapped.items : [];
}

test('the items of a row have ids of their own, of the one form, and the same every time', () => {
  const fields = { ContextTokens: '5', GeneratedTokens: '5' };
  const ids = itemsOf(42, fields).map(({ id }) => id ?? '');
  for (const id of ids) assert.match(id, /^source-000000000042-[0-9a-f]{16}$/);
  assert.equal(new Set(ids).size, 2);
  assert.deepEqual(
    itemsOf(42, fields).map(({ id }) => id),
    ids,
  );
  const changed = itemsOf(42, { ...fields, GeneratedTokens: '6' }).map(({ id }) => id ?? '');
  assert.equal(new Set([...ids, ...changed]).size, 4);
});

test('an id names the row, and not whom it is billed to', () => {
  const fields = { ContextTokens: '5', GeneratedTokens: '5' };
  const others = itemsOf(1, fields, { ...mapping, agent: { kind: 'constant', text: 'other' } });
  assert.deepEqual(
    others.map(({ id }) => id),
    itemsOf(1, fields).map(({ id }) => id),
  );
});

test('rows are spread over the agents by their number', () => {
  const agents = [1, 2, 3, 4, 3_000_001].map((number) =>
    itemsOf(number, { ContextTokens: 1, GeneratedTokens: 0 }),
  );
  assert.deepEqual(
    agents.map((items) => items[0]?.agent),
    ['agent-1', 'agent-2', 'agent-3', 'agent-1', 'agent-1'],
  );
});

test('a count is split at the bound of an item, to the last request', () => {
  for (const [count, parts] of [
    ['1', [1]],
    ['1000000', [1_000_000]],
    ['1000001', [1_000_000, 1]],
    ['2000000', [1_000_000, 1_000_000]],
  ] as const) {
    const items = itemsOf(1, { ContextTokens: count, GeneratedTokens: '0' });
    assert.deepEqual(
      items.map(({ requests }) => requests),
      parts,
    );
    assert.equal(new Set(items.map(({ id }) => id)).size, parts.length);
  }
  assert.equal(itemsOf(1, { ContextTokens: '1000000000', GeneratedTokens: '0' }).length, 1_000);
});

test('a row with one bad value is refused whole', () => {
  for (const [bad, message] of [
    ['', /ContextTokens is empty/],
    [undefined, /ContextTokens is missing/],
    ['-1', /is "-1", not a whole number/],
    ['1.5', /is "1.5"/],
    [1.5, /is 1.5/],
    ['1000000001', /from 0 to 1000000000/],
    [Number.NaN, /not a whole number/],
  ] as const) {
    const mapped = mapRow(row(1, { ContextTokens: bad, GeneratedTokens: '5' }), mapping, 's');
    assert.equal(mapped.kind, 'refused');
    if (mapped.kind === 'refused') assert.match(mapped.message, message);
  }
  const mapped = mapRow(
    row(1, { who: 'a b', n: '1' }),
    {
      agent: { kind: 'column', column: 'who' },
      items: [{ service: { kind: 'constant', text: 's' }, requests: { kind: 'column', column: 'n' } }],
    },
    's',
  );
  assert.equal(mapped.kind, 'refused');
  if (mapped.kind === 'refused') assert.match(mapped.message, /^agent may contain/);
});
