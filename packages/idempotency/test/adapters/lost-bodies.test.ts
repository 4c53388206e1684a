import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { bodyParser } from '@koa/bodyparser';
import type expressOf5 from 'express';
import Koa from 'koa';
import { idempotency } from '../../src/adapters/express.ts';
import { idempotency as koaIdempotency } from '../../src/adapters/koa.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { listening } from './harness/listening.ts';

// The types of this version are not installed. The parts used here are the same in both versions.
const express4: typeof expressOf5 = createRequire(import.meta.url)('express-4');

/** The statuses for two different uploads under one key. */
async function upload(port: number): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (const body of ['the first file', 'the second file']) {
    const { status } = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      headers: { 'Idempotency-Key': 'k', 'Content-Type': 'application/octet-stream' },
      body,
    });
    statuses.push(status);
  }
  return statuses;
}

test('Express 4: an empty object that a parser left is not the body, if something else has read that', async () => {
  const app = express4().set('env', 'test');
  app.use(express4.json(), async (request, _response, next) => {
    assert.deepEqual(request.body, {});
    await buffer(request);
    next();
  });
  app.use(idempotency({ store: memoryStore(), callers: 'by-address' }));
  app.post('/', (_request, response) => response.status(201).end());
  const server = await listening(app);
  try {
    assert.deepEqual(await upload(server.port), [500, 500]);
  } finally {
    await server.close();
  }
});

test('Koa: an empty object that a parser left is not the body, if something else has read that', async () => {
  const app = new Koa();
  app.silent = true;
  app.use(bodyParser());
  app.use(async (context, next) => {
    await buffer(context.req);
    context.request.body ??= {};
    await next();
  });
  app.use(koaIdempotency({ store: memoryStore(), callers: 'by-address' }));
  app.use((context) => {
    context.status = 201;
  });
  const callback = app.callback();
  const server = await listening((request, response) => {
    callback(request, response).catch(() => response.destroy());
  });
  try {
    assert.deepEqual(await upload(server.port), [500, 500]);
  } finally {
    await server.close();
  }
});
