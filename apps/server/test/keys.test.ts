import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { rawExchange, rawPost } from './harness/raw-http.ts';
import { uuidV7At } from './harness/uuid-v7.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const text = JSON.stringify(usage);
const dayMs = 86_400_000;

async function assertTotal(api: Api, requests: number): Promise<void> {
  assert.equal((await api.get('/usage/agent-7/search')).json.total, requests);
}

const invalidKeys: readonly (readonly [what: string, ...lines: string[]])[] = [
  ['empty', 'Idempotency-Key:'],
  ['blank', 'Idempotency-Key:  \t '],
  ['empty, quoted', 'Idempotency-Key: ""'],
  ['sent twice', 'Idempotency-Key: a', 'Idempotency-Key: b'],
  ['sent twice, the same', 'Idempotency-Key: a', 'idempotency-key: a'],
  ['sent twice, one empty', 'Idempotency-Key: a', 'Idempotency-Key:'],
  ['256 characters', `Idempotency-Key: ${'k'.repeat(256)}`],
  ['256 characters, quoted', `Idempotency-Key: "${'k'.repeat(256)}"`],
  ['a list', 'Idempotency-Key: a,b'],
  ['a list of strings', 'Idempotency-Key: "a", "b"'],
  ['a space inside', 'Idempotency-Key: a b'],
  ['a space inside, quoted', 'Idempotency-Key: "a b"'],
  ['a tab inside', 'Idempotency-Key: a\tb'],
  ['bytes beyond ASCII', 'Idempotency-Key: k\u00e9y'],
  ['bytes of UTF-8', `Idempotency-Key: ${Buffer.from('ключ').toString('latin1')}`],
  ['no closing quote', 'Idempotency-Key: "a'],
  ['no opening quote', 'Idempotency-Key: a"'],
  ['one quote', 'Idempotency-Key: "'],
  ['a quote inside', 'Idempotency-Key: a"b'],
  ['something behind the quotes', 'Idempotency-Key: "a"b'],
  ['parameters', 'Idempotency-Key: "a";b=1'],
  ['a bad escape', 'Idempotency-Key: "a\\b"'],
  ['an escaped closing quote', 'Idempotency-Key: "a\\"'],
];

test('an invalid key is refused, and nothing is executed', async (t) => {
  const { api } = await startInProcess(t);
  for (const [what, ...lines] of invalidKeys) {
    const answer = await rawExchange(t, api.url, rawPost('/usage', text, lines));
    assert.equal(answer.status, 400, `${what}: ${answer.body}`);
    assert.equal(JSON.parse(answer.body).error, 'invalid_idempotency_key', what);
  }
  await assertTotal(api, 0);
});

const sameKeys: readonly (readonly [what: string, first: string, second: string])[] = [
  ['quoted and bare', 'Idempotency-Key: same-1', 'Idempotency-Key: "same-1"'],
  ['bare and quoted', 'Idempotency-Key: "same-2"', 'Idempotency-Key: same-2'],
  ['spaces around', 'Idempotency-Key: same-3', 'Idempotency-Key: \t same-3 \t'],
  ['spaces around quotes', 'Idempotency-Key: same-4', 'idempotency-key:   "same-4" '],
  ['255 characters', `Idempotency-Key: ${'k'.repeat(255)}`, `Idempotency-Key: "${'k'.repeat(255)}"`],
  ['escapes', 'Idempotency-Key: same\\6', 'Idempotency-Key: "same\\\\6"'],
  ['a comma', 'Idempotency-Key: "a,b"', 'Idempotency-Key: "a,b"'],
  ['an escaped quote', 'Idempotency-Key: "a\\"b"', 'Idempotency-Key: "a\\"b"'],
  ['the name of a member', 'Idempotency-Key: __proto__', 'Idempotency-Key: "__proto__"'],
];

test('the same characters are the same key, in every spelling', async (t) => {
  const { api } = await startInProcess(t);
  for (const [what, one, two] of sameKeys) {
    const first = await rawExchange(t, api.url, rawPost('/usage', text, [one]));
    assert.equal(first.status, 201, `${what}: ${first.body}`);
    assert.equal(first.headers.get('idempotency-replayed'), undefined, what);
    const second = await rawExchange(t, api.url, rawPost('/usage', text, [two]));
    assert.equal(second.body, first.body, what);
    assert.equal(second.headers.get('idempotency-replayed'), 'true', what);
  }
  await assertTotal(api, sameKeys.length * 3);
});

test('other characters are another key, including case, and all 255 characters count', async (t) => {
  const { api } = await startInProcess(t);
  const keys = ['key', 'KEY', 'key ', `${'k'.repeat(254)}a`, `${'k'.repeat(254)}b`].map((key) => key.trim());
  for (const key of new Set(keys)) {
    const answer = await api.post('/usage', usage, key);
    assert.equal(answer.headers.get('idempotency-replayed'), null, key);
  }
  await assertTotal(api, 12);
});

test('a UUIDv7 that is too old or ahead of the clock is refused, unless it has a record', async (t) => {
  const { api, clock } = await startInProcess(t, { IDEMPOTENCY_RETENTION_DAYS: '35' });
  const now = clock.nowMs;
  const tooOld = await api.post('/usage', usage, uuidV7At(now - 35 * dayMs - 1));
  assert.equal(tooOld.status, 410, tooOld.text);
  assert.equal(tooOld.json.error, 'idempotency_key_expired');
  const ahead = await api.post('/usage', usage, uuidV7At(now + 300_001));
  assert.equal(ahead.status, 400, ahead.text);
  assert.equal(ahead.json.error, 'idempotency_key_in_future');
  assert.equal(ahead.json.serverTime, new Date(now).toISOString());
  await assertTotal(api, 0);
  const bulk = await api.post('/usage/bulk', { items: [usage] }, uuidV7At(now - 35 * dayMs - 1));
  assert.equal(bulk.status, 410);
  await assertTotal(api, 0);
  for (const madeAtMs of [now - 35 * dayMs, now + 300_000]) {
    const key = uuidV7At(madeAtMs).toUpperCase();
    const first = await api.post('/usage', usage, key);
    assert.equal(first.status, 201, first.text);
    clock.nowMs = now + 3_600_000;
    assert.equal((await api.post('/usage', usage, key)).text, first.text, 'a known key is answered');
    clock.nowMs = now;
  }
  // The refused key can be used once the clock has reached it.
  clock.nowMs = now + 300_001;
  assert.equal((await api.post('/usage', usage, uuidV7At(now + 300_001))).status, 201);
  await assertTotal(api, 9);
});

test('a key that only resembles a UUIDv7 is an ordinary key', async (t) => {
  const { api } = await startInProcess(t);
  const old = uuidV7At(0);
  const lookalikes = [
    old.replace('-7000-', '-4000-'),
    old.replace('-8000-', '-0000-'),
    old.replaceAll('-', ''),
    `{${old}}`,
    `${old}0`,
  ];
  for (const key of lookalikes) assert.equal((await api.post('/usage', usage, key)).status, 201, key);
  assert.equal((await api.post('/usage', usage, old)).status, 410);
  await assertTotal(api, lookalikes.length * 3);
});

test('another order of members is the same request; another number, path, query or If-Match is not', async (t) => {
  const { api } = await startInProcess(t);
  const first = await api.post('/usage', usage, 'k');
  for (const same of [
    '{"requests":3,"serviceId":"search","agent":"agent-7"}',
    '\n{ "agent" : "agent-7", "serviceId":"sear\\u0063h", "requests":3.0 }\t',
    '{"agent":"agent-7","serviceId":"search","requests":30e-1}',
  ]) {
    const replay = await api.post('/usage', same, 'k');
    assert.equal(replay.text, first.text);
    assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  }
  const others = [
    await api.post('/usage', { ...usage, requests: 4 }, 'k'),
    await api.post('/usage', { ...usage, id: 'event-1' }, 'k'),
    await api.post('/usage/bulk', { items: [usage] }, 'k'),
    await api.post('/usage', usage, 'k', { 'if-match': '*' }),
  ];
  for (const other of others) {
    assert.equal(other.status, 409, other.text);
    assert.equal(other.json.error, 'idempotency_conflict');
  }
  await assertTotal(api, 3);
});

test('without a key each request counts', async (t) => {
  const { api } = await startInProcess(t);
  const answers = await Promise.all(Array.from({ length: 5 }, () => api.post('/usage', usage)));
  for (const answer of answers) assert.equal(answer.headers.get('idempotency-replayed'), null);
  await assertTotal(api, 15);
});

test('the state of a key can be read, and says of a key without a record that it may have been used', async (t) => {
  const { api, clock } = await startInProcess(t);
  const ask = (key: string) => api.get('/idempotency', { 'idempotency-key': key });
  const unknown = await ask('k');
  assert.equal(unknown.status, 404);
  assert.equal(unknown.json.error, 'not_seen');
  assert.equal((await api.get('/idempotency')).json.error, 'idempotency_key_required');
  const recorded = await api.post('/usage', usage, 'k');
  assert.deepEqual((await ask('"k"')).json, {
    state: 'remembered',
    firstSeenAt: new Date(clock.nowMs).toISOString(),
    method: 'POST',
    path: '/api/v1/usage',
    status: 201,
    location: recorded.headers.get('location'),
    expiresAt: new Date(clock.nowMs + dayMs).toISOString(),
    retries: { since: new Date(clock.nowMs).toISOString(), replayed: 0, conflict: 0, expired: 0, last: [] },
  });
  await assertTotal(api, 3);
});

test('the state of a key lists its retries, no matter how they were recognized', async (t) => {
  const { api, clock } = await startInProcess(t);
  const since = new Date(clock.nowMs).toISOString();
  const retriesOf = async (key: string) =>
    (await api.get('/idempotency', { 'idempotency-key': key })).json.retries;
  const passed = () => {
    clock.nowMs += 1_000;
    return new Date(clock.nowMs).toISOString();
  };
  await api.post('/usage', usage, 'k');
  const last: object[] = [];
  const again = async (body: object, outcome: string, status: number) => {
    const at = passed();
    assert.equal((await api.post('/usage', body, 'k')).status, status);
    last.unshift({ at, outcome });
  };
  await again(usage, 'replayed', 201);
  await again({ ...usage, requests: 4 }, 'conflict', 409);
  assert.deepEqual(await retriesOf('k'), { since, replayed: 1, conflict: 1, expired: 0, last });
  for (let retries = 0; retries < 4; retries += 1) await again(usage, 'replayed', 201);
  assert.deepEqual(await retriesOf('k'), {
    since,
    replayed: 5,
    conflict: 1,
    expired: 0,
    last: last.slice(0, 5),
  });
  clock.nowMs += dayMs;
  await again(usage, 'expired', 410);
  assert.deepEqual(await retriesOf('k'), {
    since,
    replayed: 5,
    conflict: 1,
    expired: 1,
    last: last.slice(0, 5),
  });
  // The writer recognizes duplicates that reach it together, as well as a bulk.
  const items = [usage];
  await Promise.all(Array.from({ length: 4 }, () => api.post('/usage/bulk', { items }, 'bulk')));
  assert.equal((await retriesOf('bulk')).replayed, 3);
  await api.post('/usage', usage, 'other');
  assert.equal((await retriesOf('other')).replayed, 0);
});
