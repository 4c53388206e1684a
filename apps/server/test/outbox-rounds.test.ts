// Law L3 for the outbox: a webhook does not wait for anything that another tenant's webhook waits for.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { pino } from 'pino';
import type { Command } from '../src/domain/command.ts';
import { Ledger } from '../src/ledger/ledger.ts';
import { httpSender } from '../src/webhooks/sender.ts';
import { Outbox, type OutboxDesk } from '../src/workers/outbox.ts';
import { openEngine, type TestEngine } from './harness/engine.ts';
import { onEnd } from './harness/on-end.ts';
import { type Receiver, startReceiver } from './harness/receiver.ts';

const usage: Command = {
  kind: 'record_usage',
  item: { agent: 'agent-7', serviceId: 'search', requests: 1, usageId: undefined, occurredAtNs: undefined },
};

function ledgerOn({ executor }: TestEngine) {
  const ledger = new Ledger(executor, { nowMs: Date.now });
  const submit = async (tenant: string, command: Command) => {
    assert.equal((await ledger.submit({ tenant, key: undefined, command })).kind, 'answered');
  };
  const hook = (tenant: string, { url }: Receiver) =>
    submit(tenant, {
      kind: 'create_webhook',
      url,
      events: ['*'],
      secret: 'whsec_',
      keptSecret: 'plain whsec_',
      challenge: undefined,
    });
  return { ledger, hook, use: (tenant: string) => submit(tenant, usage) };
}

function outboxOn({ books, queue }: Pick<OutboxDesk, 'books' | 'queue'>, ledger: Ledger): Outbox {
  return new Outbox({
    books,
    queue,
    submit: (submission) => ledger.submit(submission),
    pause: async () => undefined,
    sender: httpSender({ timeoutMs: 5_000, targets: { allowsHttp: true, allowsPrivate: true } }),
    atRestKeys: [],
    // A new delivery is due, even if the clock of the database is ahead of this one.
    nowMs: () => Date.now() + 60_000,
    random: () => 0.5,
    userAgent: 'test',
    onAttempted: () => undefined,
    traces: undefined,
    log: pino({ level: 'silent' }),
  });
}

/** Wraps the queue: due deliveries of one tenant are not read until `release` is called. */
function slowFor(slowTenant: string, queue: OutboxDesk['queue']) {
  const gate = Promise.withResolvers<void>();
  const slow: OutboxDesk['queue'] = {
    waitingWebhooks: (after, nowMs, limit) => queue.waitingWebhooks(after, nowMs, limit),
    takeDue: async (waiting, take) => {
      if (waiting.tenant === slowTenant) await gate.promise;
      return await queue.takeDue(waiting, take);
    },
  };
  return { slow, release: gate.resolve };
}

test('a tenant whose deliveries take long to read delays no other tenant, in this round and the next ones', {
  timeout: 30_000,
}, async (t) => {
  const engine = await openEngine(t);
  const { ledger, hook, use } = ledgerOn(engine);
  const [slowReceiver, receiver] = [await startReceiver(t), await startReceiver(t)];
  await hook('a-slow-one', slowReceiver);
  await hook('quick', receiver);
  await use('a-slow-one');
  const { slow, release } = slowFor('a-slow-one', engine.queue);
  const outbox = outboxOn({ books: engine.books, queue: slow }, ledger);
  onEnd(t, async () => {
    // This runs even if the test failed, because the reads that wait for it would never end.
    release();
    await outbox.stop();
  });
  const running: Promise<number>[] = [outbox.runOnce()];
  for (let messages = 1; messages <= 3; messages++) {
    await use('quick');
    // A round that began earlier, or that finds the webhook taken by the previous one, leaves the message to the next
    // round.
    while (receiver.received.length < messages) {
      t.signal.throwIfAborted();
      running.push(outbox.runOnce());
      await immediate();
    }
  }
  assert.equal(slowReceiver.received.length, 0);
  release();
  await Promise.all(running);
  assert.equal(slowReceiver.received.length, 1);
});
