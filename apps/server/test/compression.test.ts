import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inProtection, type Played } from './agentpay/play.ts';

const gzip = { 'Accept-Encoding': 'gzip, deflate, br' };
const on = { COMPRESSION: 'on' };

/** Records enough agents that lists and exports are above the threshold. */
async function filled({ send }: Played): Promise<void> {
  const items = Array.from({ length: 100 }, (_, at) => ({
    agent: `agent-${at}`,
    serviceId: 's',
    requests: 1,
  }));
  assert.equal((await send('POST /api/v1/usage/bulk', { items })).status, 201);
}

test('with COMPRESSION=on, answers from 1,024 bytes are sent as gzip to clients that accept it, with the same content', async (t) => {
  const played = await inProtection(t, on);
  const { send } = played;
  await filled(played);
  for (const path of ['agents', 'usage/export.json', 'usage/export.csv', 'entries/export.csv', 'events']) {
    const plain = await send(`GET /api/v1/${path}`, undefined, { 'Accept-Encoding': 'identity' });
    const packed = await send(`GET /api/v1/${path}`, undefined, gzip);
    assert.deepEqual(
      [plain.headers.get('content-encoding'), packed.headers.get('content-encoding')],
      [null, 'gzip'],
      path,
    );
    assert.match(packed.headers.get('vary') ?? '', /accept-encoding/i, path);
    // An export contains its own time.
    if (path !== 'usage/export.json') assert.equal(packed.text, plain.text, path);
  }
  const small = await send('GET /api/v1/version', undefined, gzip);
  assert.equal(small.headers.get('content-encoding'), null);
});

test('a compressed answer is replayed with the same content, and the tag of a read still gives 304', async (t) => {
  const played = await inProtection(t, on);
  const { send } = played;
  const items = Array.from({ length: 100 }, () => ({ agent: 'a', serviceId: 's', requests: 1 }));
  const bulk = async (headers: object) =>
    await send('POST /api/v1/usage/bulk', { items }, { 'Idempotency-Key': 'k', ...headers });
  const first = await bulk(gzip);
  const replay = await bulk({ 'Accept-Encoding': 'identity' });
  assert.deepEqual(
    [first.headers.get('content-encoding'), replay.headers.get('content-encoding')],
    ['gzip', null],
  );
  assert.deepEqual([replay.text, replay.headers.get('idempotency-replayed')], [first.text, 'true']);
  const list = await send('GET /api/v1/entries?limit=100', undefined, gzip);
  const again = { ...gzip, 'If-None-Match': list.headers.get('etag') ?? '' };
  assert.equal((await send('GET /api/v1/entries?limit=100', undefined, again)).status, 304);
});

test('answers are compressed only if the operator enables it, and only above the threshold', async (t) => {
  const plain = await inProtection(t);
  await filled(plain);
  assert.equal(
    (await plain.send('GET /api/v1/agents', undefined, gzip)).headers.get('content-encoding'),
    null,
  );
  const high = await inProtection(t, { ...on, COMPRESSION_THRESHOLD_BYTES: '1000000' });
  await filled(high);
  assert.equal(
    (await high.send('GET /api/v1/agents', undefined, gzip)).headers.get('content-encoding'),
    null,
  );
});
