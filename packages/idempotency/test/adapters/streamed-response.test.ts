import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type FetchOptions, idempotent, operationOf } from '../../src/adapters/fetch.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { Gate } from '../../src/testing/adapter-laws/gate.ts';
import { boundVerbs } from '../../src/testing/adapter-laws/law-app.ts';
import { sqliteSubject } from '../harness/sqlite.ts';

const keyed = { method: 'POST', headers: { 'Idempotency-Key': 'k' } };

/** A streaming Fetch API handler, its calls, and their outcomes. */
function streaming(
  options: Partial<FetchOptions<Request>>,
  body: (request: Request) => ConstructorParameters<typeof Response>[0],
) {
  const ends = new Gate();
  const outcomes: string[] = [];
  const handle = idempotent<Request>(
    {
      store: memoryStore(),
      tenantOf: () => 'acme',
      observer: (event) => {
        if (event.kind !== 'execution_ended') return;
        outcomes.push(event.outcome);
        ends.arrive();
      },
      ...options,
    },
    (request) => new Response(body(request)),
  );
  return { call: () => handle(new Request('http://localhost/', keyed)), ends, outcomes };
}

test('a streamed Response keeps the pace of its client, and continues to its end once the client has left', async () => {
  const chunk = Buffer.alloc(1000, 'x');
  const chunkCount = 100;
  let made = 0;
  const { call, ends } = streaming({}, (request) => {
    operationOf(request)?.stream();
    return new ReadableStream({
      pull(controller) {
        made++;
        controller.enqueue(chunk);
        if (made === chunkCount) controller.close();
      },
    });
  });
  const reader = (await call()).body?.getReader();
  assert.equal((await reader?.read())?.value?.byteLength, chunk.length);
  await turn();
  // Only as much of the stream is produced in advance as the queues in between hold.
  assert.ok(made < 8, String(made));
  await reader?.cancel();
  await ends.arrival();
  assert.equal((await (await call()).arrayBuffer()).byteLength, chunk.length * chunkCount);
  assert.equal(made, chunkCount);
});

test('a client that leaves before the last piece does not end the operation twice', async () => {
  const inner = memoryStore();
  let completions = 0;
  const store = {
    ...boundVerbs(inner),
    complete: async (...asked: Parameters<typeof inner.complete>) => {
      completions++;
      await turn();
      return inner.complete(...asked);
    },
  };
  let source: ReadableStreamDefaultController | undefined;
  const { call, ends, outcomes } = streaming({ store }, (request) => {
    operationOf(request)?.stream();
    return new ReadableStream({
      start: (controller) => {
        source = controller;
        controller.enqueue(Buffer.from('first'));
      },
    });
  });
  const reader = (await call()).body?.getReader();
  await reader?.read();
  const last = reader?.read();
  await turn();
  await reader?.cancel();
  source?.close();
  await ends.arrival();
  await last;
  assert.deepEqual([completions, outcomes], [1, ['completed']]);
  assert.equal(await (await call()).text(), 'first');
});

test('in the atomic mode a handler can neither stream nor declare its outcome unknown; it can declare that nothing happened', async () => {
  const thrown: unknown[] = [];
  const { call, outcomes } = streaming({ store: sqliteSubject().store, mode: 'atomic' }, (request) => {
    const operation = operationOf(request);
    for (const verb of ['stream', 'unknown'] as const) {
      try {
        operation?.[verb]();
      } catch (error) {
        thrown.push(error instanceof TypeError);
      }
    }
    operation?.release();
    return 'nothing was done';
  });
  for (const _ of [1, 2]) assert.equal((await call()).status, 200);
  assert.deepEqual(
    [thrown, outcomes],
    [
      [true, true, true, true],
      ['released', 'released'],
    ],
  );
});
