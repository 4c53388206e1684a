// Queries of lists as AgentPay accepts them: bounds, offsets, totals, and invalid filters.
import assert from 'node:assert/strict';
import { type Answer, assertError, inBothModes, type Played } from './play.ts';

const ignored = ({ headers }: Answer) => headers.get('ignored-parameters');

async function register({ send }: Played, ...prices: readonly number[]): Promise<void> {
  for (const [index, priceStroops] of prices.entries())
    await send('POST /api/v1/services', { serviceId: `s${index}`, priceStroops });
}

const idsIn = ({ json }: Answer): string[] =>
  json.services.map(({ serviceId }: { serviceId: string }) => serviceId);

inBothModes('an invalid filter of services is ignored, and listed as ignored', async (played) => {
  await register(played, 5, 10, 15);
  await played.send('POST /api/v1/services/s2/disable');
  const found = async (query: string) => {
    const answer = await played.send(`GET /api/v1/services?${query}`);
    assert.equal(answer.status, 200, `${query}: ${answer.text}`);
    return [idsIn(answer).join(' '), ignored(answer)];
  };
  assert.deepEqual(await found('minPrice=cheap'), ['s0 s1 s2', 'minPrice']);
  assert.deepEqual(await found('maxPrice=9.5&minPrice=7'), ['s1 s2', 'maxPrice']);
  assert.deepEqual(await found('disabled=maybe'), ['s0 s1 s2', 'disabled']);
  assert.deepEqual(await found('disabled=true&disabled=false'), ['s0 s1 s2', 'disabled']);
  assert.deepEqual(await found('disabled=true'), ['s2', null]);
  assert.deepEqual(await found('minPrice=&maxPrice=&disabled=&prefix=&q='), ['s0 s1 s2', null]);
  // A bound that no price can match is still applied.
  assert.deepEqual(await found('maxPrice=-1'), ['', null]);
  assert.deepEqual(await found('minPrice=-1'), ['s0 s1 s2', null]);
  assert.deepEqual(await found('minPrice=1e1'), ['s1 s2', null]);
  assert.deepEqual(await found('maxPrice=99999999999999999999'), ['s0 s1 s2', null]);
  // No name contains this text.
  assert.deepEqual(await found('q=s%200'), ['', null]);
  assert.deepEqual(await found('prefix=%C3%BC'), ['', null]);
  assert.deepEqual(await found('limit=2&limit=1'), ['s0 s1', null]);
});

inBothModes(
  'a list of events ignores an invalid since, and finds nothing for an empty type',
  async (played) => {
    const { send } = played;
    await register(played, 5, 10);
    const found = async (query: string) => {
      const answer = await send(`GET /api/v1/events?${query}`);
      assert.equal(answer.status, 200, `${query}: ${answer.text}`);
      return [answer.json.items.length, ignored(answer)];
    };
    assert.deepEqual(await found('since=yesterday'), [2, 'since']);
    assert.deepEqual(await found('since='), [2, null]);
    assert.deepEqual(await found('since=-5'), [2, null]);
    assert.deepEqual(await found('since=1.5'), [2, null]);
    assert.deepEqual(await found('since=99999999999999999'), [0, null]);
    assert.deepEqual(await found('type='), [0, null]);
    assert.deepEqual(await found(`type=${'x'.repeat(100)}`), [0, null]);
    assert.deepEqual(await found('limit=0'), [1, null]);
    assertError(await send('GET /api/v1/events?cursor=broken'), 400, 'invalid_request');
  },
);

inBothModes(
  'API keys and webhooks are listed by offset, too, with their total',
  async ({ send, asOperator }) => {
    const before = (await asOperator('GET /api/v1/api-keys')).json.total;
    for (const label of ['one', 'two', 'three']) await asOperator('POST /api/v1/api-keys', { label });
    const { items: all, total } = (await asOperator('GET /api/v1/api-keys')).json;
    assert.deepEqual([total, all.length], [before + 3, before + 3]);
    const page = async (query: string) => (await asOperator(`GET /api/v1/api-keys?${query}`)).json;
    assert.deepEqual(await page('offset=1&limit=1'), {
      ...(await page('offset=1&limit=1')),
      items: [all[1]],
      total,
    });
    const second = await page(`cursor=${(await page('limit=1')).nextCursor}&limit=1&offset=2`);
    assert.deepEqual([second.items, second.total], [[all[1]], total]);
    assert.deepEqual((await page('offset=x')).items, all);
    for (const query of ['offset=1000', 'offset=99999999999999999999']) {
      const { items, nextCursor } = await page(query);
      assert.deepEqual([items, nextCursor, (await page(query)).total], [[], null, total]);
    }
    await asOperator(`DELETE /api/v1/api-keys/${all.at(-1).prefix}`);
    assert.equal((await page('')).total, total - 1);
    for (const path of ['a', 'b', 'c'])
      await send('POST /api/v1/webhooks', { url: `https://hooks.example.com/${path}`, events: ['*'] });
    const whole = (await send('GET /api/v1/webhooks')).json.items;
    const hooks = (await send('GET /api/v1/webhooks?offset=1&limit=1')).json;
    assert.deepEqual([hooks.items, hooks.total, whole.length], [[whole[1]], 3, 3]);
    assert.deepEqual((await send('GET /api/v1/webhooks?offset=3')).json.items, []);
  },
);

inBothModes(
  'a webhook stores each type once, and an unknown webhook is not found by any id',
  async ({ send }) => {
    const url = 'https://hooks.example.com/';
    const events = ['usage.recorded', 'usage.settled', 'usage.recorded'];
    const made = await send('POST /api/v1/webhooks', { url, events });
    assert.deepEqual([made.status, made.json.events], [201, ['usage.recorded', 'usage.settled']]);
    const { id } = made.json;
    const changed = await send(`PATCH /api/v1/webhooks/${id}`, { events: ['*', '*'] });
    assert.deepEqual(changed.json.events, ['*']);
    assert.deepEqual((await send(`GET /api/v1/webhooks/${id}`)).json.events, ['*']);
    for (const none of ['wh_0123456789abcdef', 'x', '01a21973-6d78-7000-8000-00ae3e977090']) {
      assertError(await send(`GET /api/v1/webhooks/${none}`), 404, 'not_found');
      assertError(await send(`DELETE /api/v1/webhooks/${none}`), 404, 'not_found');
      assertError(await send(`PATCH /api/v1/webhooks/${none}`, { events }), 404, 'not_found');
      assertError(await send(`POST /api/v1/webhooks/${none}/test`), 404, 'not_found');
    }
  },
);
