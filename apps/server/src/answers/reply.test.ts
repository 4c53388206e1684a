import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CommandFor } from './answers.ts';
import type { EntryBody } from './entries.ts';
import { keptResponse, type ReplyOf, type Written } from './reply.ts';

const agent = 'agent-7';
const serviceId = 'search';
const empty: readonly never[] = [];

// The compiler checks these: it reports an `@ts-expect-error` whose next line has no error.

test('an answer to a read with a wrong, missing, extra or renamed member does not compile', () => {
  const quantity = undefined;
  const right: ReplyOf<'readAccount'> = { status: 200, body: { agent, serviceId, total: 3, quantity } };
  // @ts-expect-error a total is a number
  const wrong: ReplyOf<'readAccount'> = { status: 200, body: { agent, serviceId, total: '3', quantity } };
  // @ts-expect-error the total is missing
  const missing: ReplyOf<'readAccount'> = { status: 200, body: { agent, serviceId, quantity } };
  // @ts-expect-error the contract has no such member
  const extra: ReplyOf<'readAccount'> = { status: 200, body: { ...right.body, sum: 3 } };
  // @ts-expect-error the contract has no such status for it
  const status: ReplyOf<'readAccount'> = { status: 201, body: { agent, serviceId, total: 3, quantity } };
  // @ts-expect-error the strong tag of the quote is missing
  const untagged: Pick<ReplyOf<'readQuote'>, 'status' | 'etag'> = { status: 200 };
  assert.deepEqual([wrong, missing, extra, status, untagged].length, 5);
  assert.equal(keptResponse(right).body, '{"agent":"agent-7","serviceId":"search","total":3}');
});

test('an answer to a write with a wrong, missing or extra member does not compile', () => {
  const quantity = undefined;
  const right: ReplyOf<'recordUsage'> = {
    status: 201,
    body: { agent, serviceId, total: 3, quantity, status: undefined, drawn: undefined, available: undefined },
  };
  // @ts-expect-error a member that may be absent is written, too: as undefined
  const missing: ReplyOf<'recordUsage'> = { status: 201, body: { agent, serviceId, total: 3, quantity } };
  const wrong: ReplyOf<'recordUsage'> = {
    status: 200,
    // @ts-expect-error the contract knows no other status of an item
    body: { agent, serviceId, total: 3, quantity, status: 'known', drawn: undefined, available: undefined },
  };
  const located: ReplyOf<'settleBulk'> = {
    status: 200,
    // @ts-expect-error the contract has no Location for it
    location: '/',
    body: { agent, items: empty, totalBilledStroops: '0', otherAssets: undefined, skipped: empty },
  };
  // @ts-expect-error the contract has no body for it
  const body: ReplyOf<'deleteService'> = { status: 204, body: {} };
  assert.deepEqual([missing, wrong, located, body].length, 4);
  assert.equal(keptResponse(right).body, '{"agent":"agent-7","serviceId":"search","total":3}');
});

test('when a schema renames a member, the code that renders it does not compile', () => {
  type Renamed = Written<Omit<EntryBody, 'recordedAt'> & { readonly recordedTime: string }>;
  const render = (entry: EntryBody): EntryBody => entry;
  // @ts-expect-error the schema has `recordedTime`, and the answer `recordedAt`
  const renamed: (entry: EntryBody) => Renamed = render;
  assert.equal(typeof renamed, 'function');
});

test('an operation can submit only commands that are answered as its contract says', () => {
  const right: CommandFor<'reverseEntry'> = { kind: 'reverse_entry', entryId: 'entry-1', reason: 'wrong' };
  // @ts-expect-error its answer is not an entry
  const wrong: CommandFor<'reverseEntry'> = { kind: 'clear_account', agent, serviceId };
  assert.notEqual(right.kind, wrong.kind);
});
