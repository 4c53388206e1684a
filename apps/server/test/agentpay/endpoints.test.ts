import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differentEndpoints, documentedEndpoints } from './documented.ts';
import { type Answer, assertError, inBothModes, inDevelopment, type Played } from './play.ts';
import { number, type Step, sections, text } from './steps.ts';

for (const [name, steps] of Object.entries(sections)) {
  inBothModes(
    `AgentPay's endpoints of ${name} answer as documented`,
    async (played) => await play(played, steps),
  );
}

/** Sends one step after another. `:id` and `:prefix` are those of the last created object. */
async function play({ send, asOperator }: Played, steps: readonly Step[]): Promise<void> {
  let made = { id: '', prefix: '' };
  for (const step of steps) {
    const request = step.send.replace(':id', made.id).replace(':prefix', made.prefix);
    const got = await (step.by === 'operator' ? asOperator : send)(request, step.body);
    if (step.error !== undefined) assertError(got, step.status, step.error);
    else assertAnswer(got, step);
    if (got.status === 201) made = { ...made, ...got.json };
  }
}

function assertAnswer(got: Answer, { send, status, answer, isPartial }: Step): void {
  assert.equal(got.status, status, `${send}: ${got.text}`);
  if (status === 204) assert.equal(got.text, '');
  if (answer !== undefined) assertMembers(got.json, answer, send, isPartial === true);
}

function assertMembers(got: unknown, wanted: unknown, where: string, isPartial: boolean): void {
  if (wanted === number || wanted === text) {
    assert.equal(typeof got, wanted === number ? 'number' : 'string', where);
  } else if (typeof wanted === 'object' && wanted !== null) {
    assert.ok(typeof got === 'object' && got !== null, where);
    if (Array.isArray(wanted) && Array.isArray(got) && !isPartial)
      assert.equal(got.length, wanted.length, where);
    const members = new Map(Object.entries(got));
    for (const [name, value] of Object.entries(wanted)) {
      assertMembers(members.get(name), value, `${where} ${name}`, isPartial);
    }
  } else assert.deepEqual(got, wanted, where);
}

test('each documented endpoint is called, or listed as a difference', () => {
  const played = Object.values(sections)
    .flat()
    .filter(({ error }) => error === undefined)
    .map(({ send }) => send.split('?')[0] ?? '');
  for (const endpoint of documentedEndpoints) {
    const pattern = new RegExp(`^${endpoint.replaceAll(/:\w+/g, '[^/]+').replaceAll('.', '\\.')}$`);
    const isPlayed = played.some((request) => pattern.test(request));
    assert.notEqual(isPlayed, differentEndpoints[endpoint] !== undefined, endpoint);
  }
});

test('a body that is not JSON, a body that is too large, and the headers of every answer', async (t) => {
  const { send } = await inDevelopment(t);
  const broken = await send('POST /api/v1/usage', undefined, { 'Content-Type': 'application/json' });
  assertError(broken, 400, 'invalid_request');
  const large = await send('POST /api/v1/services', { serviceId: 'x'.repeat(2 ** 20), priceStroops: 1 });
  assertError(large, 413, 'payload_too_large');
  const listed = await send('GET /api/v1/services');
  const tag = listed.headers.get('etag') ?? '';
  assert.equal((await send('GET /api/v1/services', undefined, { 'If-None-Match': tag })).status, 304);
  assert.equal(listed.headers.get('x-content-type-options'), 'nosniff');
});

test('a rate limit reports how much is left and when to retry', async (t) => {
  const { send } = await inDevelopment(t, { RATE_LIMIT_PER_MINUTE: '2' });
  const answers = [];
  for (const _ of [1, 2, 3]) answers.push(await send('GET /api/v1/services'));
  const last = answers.at(-1);
  assert.ok(last);
  assertError(last, 429, 'rate_limited');
  for (const { headers } of answers) {
    assert.equal(headers.get('ratelimit-limit'), '2');
    assert.match(headers.get('ratelimit-remaining') ?? '', /^[01]$/);
    assert.match(headers.get('ratelimit-reset') ?? '', /^[1-9]\d*$/);
  }
  assert.equal(last.headers.get('retry-after'), last.headers.get('ratelimit-reset'));
});
