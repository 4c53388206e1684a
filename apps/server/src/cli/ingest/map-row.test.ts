import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapRow } from './map-row.ts';
import type { Mapping } from './mapping.ts';
import type { FileRow } from './row.ts';

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

function row(number: number, fields: Readonly<Record<string, unknown>>): FileRow {
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

test('a filter refuses text that could not be decoded, unless the filter accepts only ASCII', () => {
  const only = (value: string) => ({
    ...mapping,
    filters: [
      { from: { kind: 'column', column: 'of' } as const, values: new Set([value]), takesMissing: false },
    ],
  });
  const damaged = row(1, { of: 'M\ufffdller', ContextTokens: '5', GeneratedTokens: '5' });
  assert.equal(mapRow(damaged, only('Müller'), 's').kind, 'refused');
  assert.equal(mapRow(damaged, only('Miller'), 's').kind, 'skipped');
});

test('the items of a row have different ids, in the same form, and the same ones every time', () => {
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

test('an id names the row, not the agent that is billed', () => {
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

test('a count is split at the limit of an item, and no request is lost', () => {
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

const oneCount = {
  agent: { kind: 'constant', text: 'a' },
  items: [
    { name: 'in', service: { kind: 'constant', text: 'i' }, requests: { kind: 'column', column: 'in' } },
    { name: 'out', service: { kind: 'constant', text: 'o' }, requests: { kind: 'column', column: 'out' } },
  ],
} as const satisfies Mapping;

test('a missing count refuses its row, or produces no item if that is requested', () => {
  for (const missing of ['', ' ', null, undefined]) {
    const one = row(1, { in: '5', out: missing });
    assert.match(JSON.stringify(mapRow(one, oneCount, 's')), /out is (?:empty|missing)/);
    const skipping = { ...oneCount, skipsMissing: true };
    assert.deepEqual(
      itemsOf(1, { in: '5', out: missing }, skipping).map(({ serviceId }) => serviceId),
      ['i'],
    );
    assert.deepEqual(mapRow(row(1, { in: missing, out: missing }), skipping, 's'), { kind: 'skipped' });
  }
});

test('the id of an item from a row with an id depends only on the row and the count', () => {
  const byId: Mapping = { ...oneCount, rowId: [{ kind: 'column', column: 'id' }] };
  const ids = (number: number, fields: Readonly<Record<string, unknown>>, by = byId) =>
    itemsOf(number, fields, by).map(({ id }) => id);
  const first = ids(1, { id: '17', in: '5', out: '5' });
  assert.equal(new Set(first).size, 2);
  assert.deepEqual(
    ids(9, { id: 17, in: '6', out: '7', more: 'x' }),
    first,
    'another place, other counts, another type',
  );
  const swapped = { ...byId, items: byId.items.toReversed() };
  assert.deepEqual(
    ids(1, { id: '17', in: '5', out: '5' }, swapped),
    first.toReversed(),
    'another order of the options',
  );
  assert.notDeepEqual(ids(1, { id: '18', in: '5', out: '5' }), first);
  for (const id of ['', null, undefined, {}])
    assert.match(
      JSON.stringify(mapRow(row(1, { id, in: '5', out: '5' }), byId, 's')),
      /id is .*: it identifies the row/,
    );
});

test('rows are filtered, and spaces in names are replaced, if that is requested', () => {
  const filters = [
    { from: { kind: 'column', column: 'type' }, values: new Set(['chat', 'embed']), takesMissing: false },
  ] as const;
  const only: Mapping = { ...oneCount, filters };
  assert.equal(mapRow(row(1, { type: 'chat', in: '1', out: '1' }), only, 's').kind, 'items');
  for (const type of ['other', '', undefined])
    assert.equal(mapRow(row(1, { type, in: 'x' }), only, 's').kind, 'skipped');
  const named: Mapping = { ...oneCount, agent: { kind: 'column', column: 'who' } };
  const spaced = { who: ' Ann  B ', in: '1', out: '1' };
  assert.match(
    JSON.stringify(mapRow(row(1, spaced), named, 's')),
    /it is .*Ann.*: --replace-spaces gives a character/,
  );
  assert.equal(itemsOf(1, spaced, { ...named, spaceBecomes: '_' })[0]?.agent, 'Ann_B');
});
