// Tests what an error with one webhook does to its own deliveries, and to those of all others.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import type { Command } from '../src/domain/command.ts';
import { Ledger } from '../src/ledger/ledger.ts';
import type { Outcome, Submission } from '../src/ledger/submission.ts';
import { httpSender } from '../src/webhooks/sender.ts';
import { Outbox, type OutboxDesk } from '../src/workers/outbox.ts';
import type { Api } from './harness/api.ts';
import { openEngine } from './harness/engine.ts';
import { startInProcess } from './harness/in-process.ts';
import { type Receiver, startReceiver } from './harness/receiver.ts';
import { runSql } from './harness/sql.ts';
import { adminKey, apiOfTenant } from './harness/tenants.ts';

const environment = {
  ADMIN_API_KEY: adminKey,
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  WEBHOOK_TIMEOUT_MS: '1000',
};
const atRest = (digit: string) => ({ ANSWER_ENCRYPTION_KEYS: `key-${digit}:${digit.repeat(64)}` });

interface Hooked {
  readonly api: Api;
  readonly receiver: Receiver;
  readonly id: string;
}

async function hook(t: TestContext, api: Api): Promise<Hooked> {
  const receiver = await startReceiver(t);
  const made = await api.post('/webhooks', { url: receiver.url, events: ['*'] });
  assert.equal(made.status, 201, made.text);
  return { api, receiver, id: made.json.id };
}

async function use({ api }: Pick<Hooked, 'api'>): Promise<string> {
  const answer = await api.post('/usage', { agent: 'agent-7', serviceId: 'search', requests: 3 });
  assert.equal(answer.status, 201, answer.text);
  return answer.headers.get('location')?.split('/').at(-1) ?? '';
}

async function deliveries({ api, id }: Hooked) {
  const { json } = await api.get(`/webhooks/${id}/deliveries`);
  return json.items.map((item: { state: string; lastAttempt: { outcome: string } | null }) => [
    item.state,
    item.lastAttempt?.outcome,
  ]);
}

/** Two tenants, each with a webhook and its receiver. */
async function startTwo(t: TestContext) {
  const server = await startInProcess(t, environment);
  const one = await hook(t, await apiOfTenant(server.api, 'one'));
  const two = await hook(t, await apiOfTenant(server.api, 'two'));
  return { ...server, one, two };
}

test('a secret whose key is missing fails only its own deliveries, and the log names it', async (t) => {
  const before = await startInProcess(t, { ...environment, ...atRest('a') });
  const { databaseUrl } = before;
  const made = await hook(t, await apiOfTenant(before.api, 'one'));
  await use(made);
  await before.app.close();

  const { api, app } = await startInProcess(t, { ...environment, ...atRest('b'), DATABASE_URL: databaseUrl });
  const one = { ...made, api: await apiOfTenant(api, 'one') };
  const two = await hook(t, await apiOfTenant(api, 'two'));
  await use(two);
  assert.equal(await app.outbox.runOnce(), 2);
  assert.deepEqual(await deliveries(one), [['failed', 'unreadable_secret']]);
  assert.deepEqual(await deliveries(two), [['delivered', 'delivered']]);
  assert.equal(one.receiver.received.length, 0);
  await use(one);
  await use(two);
  assert.equal(await app.outbox.runOnce(), 2, 'nothing rests');
  assert.equal(two.receiver.received.length, 2);
  await app.close();

  // After the encryption key is available again, the delivery can be requested once more.
  const keys = `${atRest('b').ANSWER_ENCRYPTION_KEYS},${atRest('a').ANSWER_ENCRYPTION_KEYS}`;
  const after = await startInProcess(t, {
    ...environment,
    ANSWER_ENCRYPTION_KEYS: keys,
    DATABASE_URL: databaseUrl,
  });
  const again = { ...made, api: await apiOfTenant(after.api, 'one') };
  const listed = await again.api.get(`/webhooks/${made.id}/deliveries`);
  for (const { eventId } of listed.json.items) {
    const path = `/webhooks/${made.id}/deliveries/${eventId}/redeliver`;
    assert.equal((await again.api.call(path, { method: 'POST' })).status, 200);
  }
  assert.equal(await after.app.outbox.runOnce(), 2);
  assert.equal(made.receiver.received.length, 2);
});

test('an event that is not in the books fails only its own delivery, and the log names it', async (t) => {
  const { app, databaseUrl, one, two } = await startTwo(t);
  await use(one);
  await use(one);
  await use(two);
  await runSql(databaseUrl, `DELETE FROM entries WHERE tenant = 'one' AND sequence = 1`);
  assert.equal(await app.outbox.runOnce(), 3);
  assert.deepEqual(await deliveries(one), [
    ['delivered', 'delivered'],
    ['failed', 'missing_event'],
  ]);
  assert.deepEqual(await deliveries(two), [['delivered', 'delivered']]);
});

test('only a webhook whose deliveries cannot be read is paused, for thirty seconds and then longer', async (t) => {
  const { app, clock, databaseUrl, one, two } = await startTwo(t);
  await use(one);
  await use(two);
  await runSql(databaseUrl, `UPDATE deliveries SET event_type = 'nonsense' WHERE tenant = 'one'`);
  assert.equal(await app.outbox.runOnce(), 1);
  assert.equal(two.receiver.received.length, 1);
  await use(two);
  assert.equal(await app.outbox.runOnce(), 1, 'the other webhook does not rest');
  clock.nowMs += 30_000;
  assert.equal(await app.outbox.runOnce(), 0, 'it was tried again, in vain');
  await runSql(databaseUrl, `UPDATE deliveries SET event_type = 'usage.recorded' WHERE tenant = 'one'`);
  clock.nowMs += 59_999;
  assert.equal(await app.outbox.runOnce(), 0);
  clock.nowMs += 1;
  assert.equal(await app.outbox.runOnce(), 1);
  assert.deepEqual(await deliveries(one), [['delivered', 'delivered']]);
});

/** Makes a database refuse the outcomes of deliveries until it is repaired. */
async function refuseReports(databaseUrl: string): Promise<() => Promise<void>> {
  const isSqlite = databaseUrl.startsWith('file:');
  const statements = isSqlite
    ? [`CREATE TRIGGER refuse BEFORE UPDATE OF state ON deliveries BEGIN SELECT RAISE(ABORT, 'refused'); END`]
    : [
        `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$`,
        `CREATE TRIGGER refuse BEFORE UPDATE OF state ON deliveries FOR EACH ROW EXECUTE FUNCTION refuse()`,
      ];
  for (const statement of statements) await runSql(databaseUrl, statement);
  return () => runSql(databaseUrl, isSqlite ? 'DROP TRIGGER refuse' : 'DROP FUNCTION refuse CASCADE');
}

const usage: Command = {
  kind: 'record_usage',
  item: { agent: 'agent-7', serviceId: 'search', requests: 1, usageId: undefined, occurredAtNs: undefined },
};

/** A time at which a new delivery is due, even if the clock of the database is ahead of this one. */
const later = () => Date.now() + 60_000;

/** A ledger on a real engine, with one event on its way to a receiver. */
async function openHooked(t: TestContext) {
  const engine = await openEngine(t);
  const receiver = await startReceiver(t);
  const ledger = new Ledger(engine.executor, { nowMs: Date.now });
  const submit = async (command: Command) => {
    const outcome = await ledger.submit({ tenant: 'acme', key: undefined, command });
    assert.equal(outcome.kind, 'answered');
  };
  await submit({
    kind: 'create_webhook',
    url: receiver.url,
    events: ['*'],
    secret: 'whsec_',
    keptSecret: 'plain whsec_',
    challenge: undefined,
  });
  await submit(usage);
  return { ...engine, receiver, ledger };
}

/** An outbox with the given parts, and real ones otherwise. */
function outboxOn(desk: Pick<OutboxDesk, 'books' | 'queue' | 'submit'> & Partial<OutboxDesk>): Outbox {
  return new Outbox({
    pause: async () => undefined,
    sender: httpSender({ timeoutMs: 5_000, targets: { allowsHttp: true, allowsPrivate: true } }),
    atRestKeys: [],
    nowMs: later,
    random: () => 0.5,
    userAgent: 'test',
    onAttempted: () => undefined,
    traces: undefined,
    log: pino({ level: 'silent' }),
    ...desk,
  });
}

test('a webhook that its receiver disables is logged once', async (t) => {
  const { books, queue, ledger, receiver } = await openHooked(t);
  receiver.answer = () => ({ status: 410 });
  const lines: { readonly level: number; readonly msg: string; readonly tenant?: string }[] = [];
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) });
  const outbox = outboxOn({ books, queue, log, submit: (submission) => ledger.submit(submission) });
  await outbox.runOnce();
  await outbox.stop();
  assert.deepEqual(
    lines.map(({ level, tenant }) => [level, tenant]),
    [[40, 'acme']],
  );
  assert.match(lines[0]?.msg ?? '', /a webhook is disabled/);
});

test('a message is not sent again if its outcome is saved only at the fourth attempt', async (t) => {
  const { books, queue, databaseUrl, ledger, receiver } = await openHooked(t);
  const repair = await refuseReports(databaseUrl);
  const reported: Outcome['kind'][] = [];
  const pauses: number[] = [];
  const submit = async (submission: Submission) => {
    const outcome = await ledger.submit(submission);
    reported.push(outcome.kind);
    if (reported.length === 3) await repair();
    return outcome;
  };
  const pause = async (ms: number) => {
    pauses.push(ms);
  };
  const outbox = outboxOn({ books, queue, submit, pause });
  assert.equal(await outbox.runOnce(), 1);
  assert.deepEqual(reported, ['fault', 'fault', 'fault', 'answered']);
  assert.deepEqual(pauses, [100, 200, 400]);
  assert.equal(receiver.received.length, 1);
  assert.equal(await outbox.runOnce(), 0);
  await outbox.stop();
});

test('a delivery outcome is accepted even if the queue is full', async (t) => {
  const { executor, books, queue } = await openHooked(t);
  const nowMs = later();
  const [waiting] = await queue.waitingWebhooks(undefined, nowMs, 1);
  assert.ok(waiting);
  const take = { nowMs, untilMs: nowMs + 1_000, limit: 1, onlyTests: false, inFlight: new Set<string>() };
  const [delivery] = await queue.takeDue(waiting, take);
  assert.ok(delivery);
  const ledger = new Ledger(executor, {
    nowMs: Date.now,
    limits: { queuedItemsMax: 4, inFlightItemsMax: 1 },
  });
  const submit = (command: Command) => ledger.submit({ tenant: 'acme', key: undefined, command });
  const usages = Array.from({ length: 10 }, () => submit(usage));
  const { webhookId, eventId } = delivery;
  const result = { outcome: 'delivered', status: 204, retryAfterMs: undefined, jitter: 0 } as const;
  const report = submit({
    kind: 'report_delivery',
    webhookId,
    eventId,
    result,
    clearsFailures: false,
    provenUrl: undefined,
  });
  const outcomes = (await Promise.all(usages)).map((outcome) =>
    outcome.kind === 'fault' ? outcome.code : outcome.kind,
  );
  assert.deepEqual(new Set(outcomes), new Set(['answered', 'overloaded']));
  assert.equal((await report).kind, 'answered');
  const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
  const [noted] = (await books.deliveriesBefore('acme', webhookId, lastId, 10)).filter(
    (one) => one.eventId === eventId,
  );
  assert.equal(noted?.state, 'delivered');
});
