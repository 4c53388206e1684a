import 'reflect-metadata';
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IdempotencyModule } from '../../../src/adapters/nest.ts';
import { memoryStore } from '../../../src/stores/memory.ts';
import { served } from '../../adapters/harness/nest-app.ts';
import { loadBlock, serveBlock } from '../harness/page-modules.ts';
import {
  assertCharges,
  charge,
  charges,
  elsewhere,
  inTemporaryFolder,
  prints,
  type Run,
  serves,
  withEnvironment,
} from '../harness/runs.ts';

const protect = 'docs/how-to/idempotency/protect-an-api.md';
const anyServer = (t: TestContext) => serveBlock(t, protect, 'http-app.js');

const keyInBody = charges({ key: 'no-key', body: { request_id: 'r-1', amount: '1' } });

async function nestController(t: TestContext, page: string, file: string): Promise<void> {
  const { Charges } = await loadBlock(page, file);
  assert.ok(isController(Charges));
  class Root {}
  Module({
    imports: [IdempotencyModule.forRoot({ store: memoryStore(), callers: 'by-address' })],
    controllers: [Charges],
  })(Root);
  const app = await served(await NestFactory.create(Root, { logger: false }));
  t.after(() => app.close());
  const url = `http://127.0.0.1:${app.port}`;
  const plain = (path: string) => fetch(url + path, { method: 'POST' });
  assert.deepEqual([(await plain('/charges')).status, (await plain('/charges/search')).status], [400, 201]);
  const twice = [await charge(url), await charge(url)];
  assert.deepEqual(
    twice.map(({ isReplay }) => isReplay),
    [false, true],
  );
}

function isController(value: unknown): value is Type {
  return typeof value === 'function';
}

async function payOrder(t: TestContext, page: string, file: string): Promise<void> {
  const { pay } = await loadBlock(page, file, await anyServer(t));
  if (typeof pay !== 'function') assert.fail('there is no pay');
  const answers = [await pay({ number: '4711', amount: '1' }), await pay({ number: '4711', amount: '1' })];
  const [first, again] = await Promise.all(answers.map((answer) => answer.text()));
  assert.equal(first, again);
}

export const howToRuns: Readonly<Record<string, Readonly<Record<string, Run>>>> = {
  'docs/how-to/idempotency/do-work-once.md': {
    'webhook.ts': prints(['{ credited: 12 } { credited: 12 }']),
    'invoices.ts': prints(['{ sent: 64, stopped: false }']),
  },
  'docs/how-to/idempotency/encrypt-stored-answers.md': {
    'encrypted.js': withEnvironment({ ANSWER_KEY: Buffer.alloc(32, 1).toString('base64') }, charges()),
  },
  'docs/how-to/idempotency/find-the-key.md': {
    'body-key.js': keyInBody,
    'skip.js': serves(async (url) => {
      const plain = (path: string) => fetch(url + path, { method: 'POST' });
      assert.equal((await plain('/webhooks/stripe')).status, 201);
      assert.equal((await plain('/charges')).status, 400);
    }),
    'route.js': charges(),
    'charges.ts': nestController,
  },
  'docs/how-to/idempotency/free-an-abandoned-key.md': {
    'operator.ts': prints(["{ kind: 'unknown' }", "{ wasReleased: false, before: 'unknown' }"]),
    'ask.js': charges(),
  },
  'docs/how-to/idempotency/install.md': {
    'jest.config.js': elsewhere('test/jest.test.ts'),
  },
  'docs/how-to/idempotency/retry-from-a-client.md': {
    'pay.js': prints([/^201 [0-9a-f-]{36} false$/], anyServer),
    'pay-order.ts': payOrder,
    'logged.js': prints(['201'], anyServer),
    'worker.js': inTemporaryFolder(prints([/^201 \{"charge":/], anyServer)),
  },
  'docs/how-to/idempotency/stream-an-answer.md': {
    'stream.js': serves(async (url) => {
      const [first, retry] = [
        await charge(url, { path: '/completions' }),
        await charge(url, { path: '/completions' }),
      ];
      assert.equal(first.text, 'data: once\n\ndata: is\n\ndata: enough\n\n');
      assert.deepEqual([first.isReplay, retry.isReplay, retry.text], [false, true, first.text]);
    }),
  },
  'docs/how-to/idempotency/take-payments-once.md': Object.fromEntries(
    ['paid-express.ts', 'find-settlement.ts', 'facilitator.ts', 'mppx-store.ts', 'cells.js'].map((file) => [
      file,
      elsewhere('test/payments/page.test.ts'),
    ]),
  ),
  'docs/how-to/idempotency/watch.md': {
    'metrics.js': serves(async (url) => {
      await assertCharges(url);
      const metrics = await (await fetch(`${url}/metrics`)).text();
      assert.match(metrics, /^idempotency_replays_total 1$/m);
      assert.match(metrics, /^idempotency_refusals_total\{code="idempotency_conflict"\} 1$/m);
    }),
    'traced.js': charges(),
    'own.js': charges(),
  },
  'docs/reference/idempotency-profiles.md': {
    'own-form.js': serves(async (url) => {
      await charge(url);
      const refused = await charge(url, { body: { amount: '99.00' } });
      const { errors } = JSON.parse(refused.text);
      assert.deepEqual([refused.status, errors[0].code], [409, 'idempotency_conflict']);
    }),
  },
};
