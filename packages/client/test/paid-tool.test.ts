import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { BillonceError, createBillonce } from '@billonce/client';
import { paidTool, type ToolResult } from '@billonce/client/mcp';
import { TestServer } from './harness/server.ts';

const server = await TestServer.start(after);
const billonce = createBillonce({ url: server.url });
await billonce.services.put({ serviceId: 'search', priceStroops: 10_000_000 });

/** Makes a prepaid agent with this many XLM. A request costs one. */
async function prepaid(agent: string, amount: string): Promise<string> {
  await billonce.balances.setBilling(agent, { mode: 'prepaid' });
  await billonce.balances.grant(agent, { amount, id: `grant-${agent}` });
  return agent;
}

async function available(agent: string): Promise<number> {
  return Number((await billonce.balances.get(agent)).available);
}

test('a paid tool is charged when it succeeds, once for each key, and does not run without money', async () => {
  const agent = await prepaid('caller', '3');
  let runs = 0;
  const tool = paidTool(
    { billonce, agent, service: 'search' },
    async ({ query }: { query: string; key?: string }) => {
      runs += 1;
      return { isError: query === '', content: [{ type: 'text', text: `found ${query}` }] };
    },
  );
  const call = async (args: { query: string; key?: string }) => {
    const { isError = false, content } = await tool(args, undefined);
    return [isError, JSON.stringify(content)] as const;
  };
  assert.match((await call({ query: 'a', key: 'search-a' }))[1], /found a/);
  const [isRefused, refusal] = await call({ query: 'a', key: 'search-a' });
  assert.equal(isRefused, true);
  assert.match(refusal, /hold_ended: this call was made and paid before with the same key/);
  assert.equal((await call({ query: '', key: 'search-b' }))[0], true);
  assert.equal((await call({ query: 'b', key: 'search-b' }))[0], false);
  assert.equal(await available(agent), 1);
  await call({ query: 'c' });
  assert.equal(runs, 4);
  assert.match(
    (await call({ query: 'd' }))[1],
    /insufficient_balance: the balance is too low: 0 is available, and 1/,
  );
  assert.equal(runs, 4);
});

test('calls with one key and different arguments are charged separately, and a simultaneous repetition runs once', async () => {
  const agent = await prepaid('clever', '5');
  let runs = 0;
  const gate = Promise.withResolvers<void>();
  const tool = paidTool(
    { billonce, agent, service: 'search' },
    async ({ query }: { query: string; key: string }): Promise<ToolResult> => {
      runs += 1;
      await gate.promise;
      return { content: [query] };
    },
  );
  const calls = ['a', 'a', 'b', 'c', 'a'].map((query) => tool({ query, key: 'only-one' }, undefined));
  gate.resolve();
  const results = await Promise.all(calls);
  assert.deepEqual(
    results.map(({ content }) => content[0]),
    ['a', 'a', 'b', 'c', 'a'],
  );
  assert.deepEqual([runs, await available(agent)], [3, 2]);
});

test('a client error that the tool itself throws is not treated as a refused charge', async () => {
  const agent = await prepaid('nested', '1');
  const tool = paidTool({ billonce, agent, service: 'search' }, () => {
    throw new BillonceError('not_found', 'no such page');
  });
  await assert.rejects(tool({}, undefined), { code: 'not_found' });
  assert.equal(await available(agent), 1);
});
