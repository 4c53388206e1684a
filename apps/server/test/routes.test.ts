import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { documentedOperations } from './harness/documented.ts';
import { startInProcess } from './harness/in-process.ts';
import { onEnd } from './harness/on-end.ts';

/** Pages for browsers and their files are tested by dashboard-files.test.ts and docs-site.test.ts. */
const ofPages = /^(?:GET|HEAD) \/(?:dashboard\/:file|docs|docs\/\*)?$/;

test('each documented operation has a route, and every other route only refuses the method', async (t) => {
  const served = new Set<string>();
  // Fastify publishes its instance here before it has any route, so none can be missed.
  const watch = (message: unknown): void => {
    instanceOf(message).addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) served.add(`${one} ${url}`);
    });
  };
  subscribe('fastify.initialization', watch);
  onEnd(t, () => unsubscribe('fastify.initialization', watch));
  const { app } = await startInProcess(t);
  // GET includes HEAD (RFC 9110, section 9.3.2), so the document need not list it.
  const documented = documentedOperations.flatMap(({ method, path }) => {
    const url = path.replace(/\{(\w+)\}/g, ':$1');
    return method === 'GET' ? [`GET ${url}`, `HEAD ${url}`] : [`${method} ${url}`];
  });
  assert.deepEqual(
    documented.filter((one) => !served.has(one)),
    [],
    'documented, and not served',
  );
  const others = [...served].filter((one) => !documented.includes(one) && !ofPages.test(one));
  const executed: string[] = [];
  for (const other of others) {
    const [method = '', url = ''] = other.split(' ');
    const response = await fetch(app.url + url.replaceAll(':', ''), { method });
    await response.arrayBuffer();
    if (response.status !== 405) executed.push(`${other}: ${response.status}`);
  }
  assert.deepEqual(executed, [], 'served, and not documented');
});

/** The message is `{ fastify }`, as Fastify documents it. */
function instanceOf(message: unknown): FastifyInstance {
  const { fastify } = message as { readonly fastify: FastifyInstance };
  return fastify;
}
