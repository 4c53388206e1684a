import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { StorageFault } from '../ledger/storage-port.ts';
import { ReadAborted, ReadRefused } from '../reads/read-places.ts';
import { type Askable, Calls } from './calls.ts';

/** Two connected ends. The first one asks. */
function connected<T extends Askable>(t: TestContext, answers: T): Calls<T> {
  const { port1, port2 } = new MessageChannel();
  t.after(() => port1.close());
  new Calls(port2, answers);
  return new Calls<T>(port1, {});
}

test('each question gets its own answer, in any order of the answers', async (t) => {
  const waiting: (() => void)[] = [];
  const asker = connected(t, {
    double: async (number: number) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return number * 2;
    },
    release: () => {
      for (const release of waiting.reverse()) release();
    },
  });
  const answers = [1, 2, 3].map((number) => asker.ask('double', number));
  asker.tell('release', undefined as never);
  assert.deepEqual(await Promise.all(answers), [2, 4, 6]);
});

test('an error from the other thread keeps its class, kind and code', async (t) => {
  const facts = { message: 'full', engine: 'sqlite', code: 'SQLITE_FULL' } as const;
  const errors = {
    refused: new ReadRefused(),
    aborted: new ReadAborted(),
    unavailable: new StorageFault('unavailable', facts),
    unknown: new StorageFault('outcome_unknown', facts),
    taken: Object.assign(new Error('listen'), { code: 'EADDRINUSE', syscall: 'listen' }),
  };
  const asker = connected(t, {
    fail: (name: keyof typeof errors) => {
      throw errors[name];
    },
  });
  await assert.rejects(asker.ask('fail', 'refused'), ReadRefused);
  await assert.rejects(asker.ask('fail', 'aborted'), ReadAborted);
  for (const [name, kind] of [
    ['unavailable', 'unavailable'],
    ['unknown', 'outcome_unknown'],
  ] as const) {
    await assert.rejects(asker.ask('fail', name), (error) => {
      assert.ok(error instanceof StorageFault);
      assert.deepEqual([error.kind, error.facts], [kind, facts]);
      return true;
    });
  }
  await assert.rejects(asker.ask('fail', 'taken'), { code: 'EADDRINUSE', syscall: 'listen' });
});

test('an aborted question aborts its work on the other thread, and is not sent if it was aborted before', async (t) => {
  const began = Promise.withResolvers<void>();
  const asker = connected(t, {
    wait: async (_: undefined, signal: AbortSignal) => {
      began.resolve();
      await once(signal, 'abort');
      throw new ReadAborted();
    },
  });
  const controller = new AbortController();
  const waiting = asker.ask('wait', undefined, controller.signal);
  await began.promise;
  controller.abort();
  await assert.rejects(waiting, ReadAborted);
  await assert.rejects(asker.ask('wait', undefined, controller.signal), ReadAborted);
});

test('every question to a thread that ended is rejected, pending or later', async (t) => {
  const asker = connected(t, { never: () => new Promise(() => undefined) });
  const waiting = asker.ask('never', undefined as never);
  asker.end(new Error('it ended'));
  await assert.rejects(waiting, /it ended/);
  await assert.rejects(asker.ask('never', undefined as never), /it ended/);
});
