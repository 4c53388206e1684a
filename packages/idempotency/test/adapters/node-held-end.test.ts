import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { NodeHandler } from '../../src/adapters/node.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { onTheWire, send, write } from '../../src/testing/adapter-laws/wire.ts';
import { keyed, roundTrips } from './harness/held-answers.ts';
import { withServer } from './harness/protected-server.ts';

test('listeners and callbacks see the end once, and only after the record was written', async () => {
  const heard: string[] = [];
  await withServer(
    (_request, response) => {
      for (const event of ['finish', 'close']) response.on(event, () => heard.push(event));
      response.write('a', () => heard.push('written'));
      response.end('b', () => heard.push('ended'));
      heard.push(`${response.headersSent} ${response.writableEnded} ${response.finished}`);
    },
    async ({ port, outcomes, ends }) => {
      ends.arrival().then(() => heard.push('stored'), assert.fail);
      await send(port, keyed);
      await turn();
      assert.deepEqual(outcomes, ['completed']);
    },
  );
  assert.deepEqual(
    heard.toSorted(),
    ['close', 'ended', 'finish', 'stored', 'true true true', 'written'].toSorted(),
  );
  assert.ok(heard.indexOf('stored') < heard.indexOf('finish'), `${heard}`);
});

test('a handler whose client hung up is informed only after it has ended, once', async () => {
  const gate = new Gate();
  gate.close();
  const heard: string[] = [];
  let wasClosed: boolean | undefined;
  const handler: NodeHandler = async (request, response) => {
    if (request.method === 'GET') {
      response.end();
      return;
    }
    for (const event of ['close', 'finish']) response.on(event, () => heard.push(event));
    request.on('aborted', () => heard.push('aborted'));
    await gate.pass();
    wasClosed = response.closed || response.destroyed || request.destroyed;
    heard.push('ends');
    response.end('x');
  };
  await withServer(handler, async ({ port, ends, outcomes }) => {
    const socket = await write(port, onTheWire(port, { ...keyed, body: 'unread' }));
    await gate.arrival();
    socket.resetAndDestroy();
    await roundTrips(port);
    gate.open();
    await ends.arrival();
    await turn();
    assert.deepEqual(outcomes, ['completed']);
  });
  assert.equal(wasClosed, false);
  assert.deepEqual(heard, ['ends', 'close']);
});

for (const isGone of [false, true]) {
  const whose = isGone ? 'of a client that hung up' : 'of a client that waits';
  test(`an error after the first write, in an answer ${whose}, cuts the connection, and half an answer is not stored`, async () => {
    const gate = new Gate();
    gate.close();
    let executions = 0;
    const handler: NodeHandler = async (request, response) => {
      if (request.method === 'GET') {
        response.end();
        return;
      }
      executions++;
      response.write('half of');
      await gate.pass();
      throw new Error('in the middle');
    };
    await withServer(handler, async ({ port, outcomes, ends }) => {
      const socket = await write(port, onTheWire(port, keyed));
      const closed = once(socket, 'close');
      await gate.arrival();
      if (isGone) socket.resetAndDestroy();
      await roundTrips(port);
      gate.open();
      await Promise.all([closed, ends.arrival()]);
      assert.deepEqual(outcomes, ['abandoned']);
      const retry = await send(port, keyed);
      assert.deepEqual([retry.status, executions], [409, 1]);
      assert.match(`${retry.body}`, /idempotency_outcome_unknown/);
    });
  });
}

test('an invalid status is refused where the handler sets it', async () => {
  const thrown: unknown[] = [];
  await withServer(
    (_request, response) => {
      for (const status of [0, 99, 1000, Number.NaN]) {
        response.statusCode = status;
        assert.throws(() => response.end('x'), RangeError);
        thrown.push(status);
      }
      response.statusCode = 200;
      response.end('y');
    },
    async ({ port }) => assert.equal(`${(await send(port, keyed)).body}`, 'y'),
  );
  assert.equal(thrown.length, 4);
});
