import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { idempotent, type NodeHandler } from '../../src/adapters/node.ts';
import { createOnce } from '../../src/once.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { listening } from './harness/listening.ts';

/** A tool call as an MCP client sends it over HTTP. */
function call(id: number | string, amount: number, meta: Readonly<Record<string, unknown>>): string {
  const params = { name: 'charge', arguments: { amount }, _meta: { progressToken: 1, ...meta } };
  return JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params });
}

interface Call {
  readonly id: number | string;
  readonly params: {
    readonly arguments: { readonly amount: number };
    readonly _meta: { readonly 'example.com/idempotency-key': string };
  };
}

const meta = { 'example.com/idempotency-key': 'charge-1842' };

async function withTool(
  tool: (message: Call) => Promise<string>,
  steps: (
    post: (body: string) => Promise<readonly [number, Readonly<Record<string, unknown>>]>,
  ) => Promise<void>,
  protect: (handler: NodeHandler) => NodeHandler,
): Promise<void> {
  const handler = protect(async (request, response) => {
    const message: Call = JSON.parse(await text(request));
    const result = { content: [{ type: 'text', text: await tool(message) }] };
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }));
  });
  const server = await listening((request, response) => {
    Promise.resolve(handler(request, response)).catch(() => response.destroy());
  });
  try {
    await steps(async (body) => {
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        connection: 'close',
      };
      const response = await fetch(`http://127.0.0.1:${server.port}/mcp`, { method: 'POST', headers, body });
      const answer: Readonly<Record<string, unknown>> = JSON.parse(await response.text());
      return [response.status, answer];
    });
  } finally {
    await server.close();
  }
}

test('MCP: a message with a key in _meta is executed once if repeated unchanged, and is a conflict if it differs', async () => {
  let charges = 0;
  const tool = async () => `charge ${++charges}`;
  const keyOf = { body: ['params', '_meta', 'example.com/idempotency-key'] };
  await withTool(
    tool,
    async (post) => {
      const first = await post(call(1, 5, meta));
      assert.deepEqual(first, [
        200,
        { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'charge 1' }] } },
      ]);
      assert.deepEqual(await post(call(1, 5, meta)), first);
      for (const other of [call(2, 5, meta), call(1, 6, meta)]) {
        const [status, { error }] = await post(other);
        assert.deepEqual([status, error], [409, 'idempotency_conflict']);
      }
      // A message without a key is executed each time.
      for (const charged of [2, 3]) {
        await post(call(charged, 5, {}));
        assert.equal(charges, charged);
      }
    },
    (handler) => idempotent({ store: memoryStore(), callers: 'by-address', keyOf }, handler),
  );
});

test('MCP: once in the tool keeps the result for another message with the same key', async () => {
  let charges = 0;
  const once = createOnce({ store: memoryStore(), scope: 'charge' });
  await withTool(
    ({ params }) =>
      once(params._meta['example.com/idempotency-key'], params.arguments, async () => `charge ${++charges}`),
    async (post) => {
      for (const id of [1, 'two']) {
        const result = { content: [{ type: 'text', text: 'charge 1' }] };
        assert.deepEqual(await post(call(id, 5, meta)), [200, { jsonrpc: '2.0', id, result }]);
      }
      assert.equal(charges, 1);
    },
    (handler) => handler,
  );
});
