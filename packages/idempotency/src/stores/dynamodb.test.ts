import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynamodb, type TestDynamodb } from '../../test/harness/dynamodb.ts';
import { pageStore } from '../../test/harness/page-store.ts';
import {
  claimFree,
  claimTogether,
  someClaim,
  someCompletion,
  someSlot,
} from '../../test/harness/some-claim.ts';
import { checkClaims } from '../../test/harness/taken-blocks.ts';
import type { Slot } from '../core/store.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { storeLaws } from '../testing/store-laws.ts';
import { type DynamodbClient, dynamodbStore, dynamodbTemplate } from './dynamodb.ts';

describe('dynamodbStore, by the AWS SDK, on Dynalite', () => {
  let dynamodb: TestDynamodb;
  let table: string;
  before(async () => {
    dynamodb = await startDynamodb();
    table = await dynamodb.newTable();
  });
  after(() => dynamodb.stop());

  const works = pageStore('docs/how-to/idempotency/choose-a-store.md', 'dynamodb.js');
  test('the store of the page on stores works', async () => {
    await dynamodb.newTable('idempotency');
    const credentials = {
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_REGION: 'eu-central-1',
    };
    await works({ ...credentials, AWS_ENDPOINT_URL: dynamodb.endpoint });
  });

  const itemOf = async ({ scope, key }: Slot) =>
    (await dynamodb.newClient().getItem({ TableName: table, Key: { id: { S: `${scope}:${key}` } } })).Item;

  for (const law of storeLaws) {
    test(`${law.id}: ${law.sentence}`, async () => {
      const clock = new ManualClock();
      const client = dynamodb.newClient();
      await law.run({
        store: dynamodbStore({ client, table, nowMs: () => clock.nowMs() }),
        clock,
        openByServerClock: () => dynamodbStore({ client, table }),
        async openAtToken(lastToken) {
          const own = await dynamodb.newTable();
          const Item = { id: { S: 'fencing-token' }, last: { N: `${lastToken}` } };
          await client.putItem({ TableName: own, Item });
          return dynamodbStore({ client, table: own, nowMs: () => clock.nowMs() });
        },
      });
    });
  }

  test('of 30 claims of one slot by two clients exactly one takes the lease', async () => {
    const stores = [1, 2].map(() => dynamodbStore({ client: dynamodb.newClient(), table }));
    const claims = await claimTogether(30, stores, someSlot());
    assert.equal(claims.filter((claim) => claim?.kind === 'claimed').length, 1);
    assert.equal(claims.filter((claim) => claim?.kind === 'found').length, 29);
  });

  test('a process that does not know the time of the server yet reads before its first verb', async () => {
    const slot = someSlot();
    const open = () => dynamodbStore({ client: dynamodb.newClient(), table });
    const token = await claimFree(open(), slot);
    assert.equal(await open().renew(slot, token, 60_000), true);
    assert.equal(await open().complete(slot, token, someCompletion()), true);
    assert.equal(await open().release(slot, token), false);
    const look = await open().inspect(slot);
    assert.ok(look !== undefined && Math.abs(look.nowMs - Date.now()) < 60_000);
  });

  test('a token is not used if it was drawn before a later holder took and released the slot', async () => {
    const slot = someSlot();
    const other = dynamodbStore({ client: dynamodb.newClient(), table });
    let later = 0;
    const store = dynamodbStore({
      table,
      client: afterFirstDraw(dynamodb.newClient(), async () => {
        later = await claimFree(other, slot);
        await other.release(slot, later);
      }),
    });
    const token = await claimFree(store, slot);
    assert.ok(later > 0 && token > later);
  });

  test('a claim whose slot was taken in between returns that record', async () => {
    const slot = someSlot();
    const other = dynamodbStore({ client: dynamodb.newClient(), table });
    let token = 0;
    const client = afterFirstDraw(dynamodb.newClient(), async () => {
      token = await claimFree(other, slot);
    });
    const claim = await dynamodbStore({ table, client }).claim(slot, someClaim());
    assert.ok(claim.kind === 'found' && claim.record.fencingToken === token);
  });

  test('the table removes an item only after its record, and after a longer lease', async () => {
    const nowMs = 1_000_000;
    const store = dynamodbStore({ client: dynamodb.newClient(), table, nowMs: () => nowMs });
    const slot = someSlot();
    const token = await claimFree(store, slot, { leaseMs: 10_000, retentionMs: 5000 });
    assert.equal(Number((await itemOf(slot))?.['leavesAt']?.N), (nowMs + 10_000 + 3_600_000) / 1000);
    await store.renew(slot, token, 20_000);
    assert.equal(Number((await itemOf(slot))?.['leavesAt']?.N), (nowMs + 20_000 + 3_600_000) / 1000);
    await store.renew(slot, token, 0);
    assert.equal(Number((await itemOf(slot))?.['leavesAt']?.N), (nowMs + 20_000 + 3_600_000) / 1000);
    await store.release(slot, token);
    const mark = await itemOf(slot);
    assert.deepEqual(Object.keys(mark ?? {}).sort(), ['id', 'leavesAt', 'token']);
    assert.equal(Number(mark?.['leavesAt']?.N), (nowMs + 3_600_000) / 1000);
  });

  test('an answer that an item cannot hold becomes a tombstone that keeps its location', async () => {
    const store = dynamodbStore({ client: dynamodb.newClient(), table });
    for (const [answer, kind] of [
      ['x'.repeat(399_998), 'kept'],
      ['x'.repeat(399_999), 'gone'],
      [new Uint8Array(399_998).fill(255), 'kept'],
      [new Uint8Array(5_000_000), 'gone'],
    ] as const) {
      const slot = someSlot();
      const completion = someCompletion({ answer, location: '/1' });
      assert.equal(await store.complete(slot, await claimFree(store, slot), completion), true);
      const record = (await store.inspect(slot))?.record;
      assert.ok(record?.kind === 'completed');
      assert.deepEqual([record.answer.kind, record.location], [kind, '/1']);
    }
  });

  test('a verb rejects if the server is gone, and a missing table is reported by name', async () => {
    const store = dynamodbStore({ client: dynamodb.newClient(), table: 'missing' });
    await assert.rejects(async () => await store.claim(someSlot(), someClaim()), /resource not found/i);
    const gone = await startDynamodb();
    const client = gone.newClient();
    await gone.stop();
    await assert.rejects(async () => await dynamodbStore({ client, table }).inspect(someSlot()));
  });

  test('mistakes in the options are found at start', () => {
    const client = dynamodb.newClient();
    for (const name of ['', 'ab', 'a b', 'x'.repeat(256)]) {
      assert.throws(() => dynamodbStore({ client, table: name }), TypeError);
    }
    const bare = new DynamoDBClient({ region: 'eu-central-1' });
    // @ts-expect-error: the client without methods
    assert.throws(() => dynamodbStore({ client: bare, table }), TypeError);
  });
});

test('the printed template grants what the store uses, and names the attribute for the removal of items', () => {
  const { Resources } = JSON.parse(dynamodbTemplate({ table: 'idempotency' }));
  assert.deepEqual(Resources.IdempotencyTable.Properties.TimeToLiveSpecification, {
    AttributeName: 'leavesAt',
    Enabled: true,
  });
  assert.deepEqual(Resources.IdempotencyPolicy.Properties.PolicyDocument.Statement[0].Action, [
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
  ]);
});

/** A client that runs something else after it has drawn its first token. */
function afterFirstDraw(client: DynamodbClient, act: () => Promise<void>): DynamodbClient {
  let isFirst = true;
  return {
    getItem: (input) => client.getItem(input),
    putItem: (input) => client.putItem(input),
    async updateItem(input) {
      const output = await client.updateItem(input);
      if (isFirst && input.ReturnValues !== undefined) {
        isFirst = false;
        await act();
      }
      return output;
    },
    middlewareStack: client.middlewareStack,
  };
}

checkClaims(import.meta.url);
