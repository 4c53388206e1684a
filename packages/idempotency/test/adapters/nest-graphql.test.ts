import 'reflect-metadata';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { lastValueFrom, of } from 'rxjs';
import { IdempotencyInterceptor, type NestOptions } from '../../src/adapters/nest.ts';
import { setOperation } from '../../src/adapters/node/operations.ts';
import { checkOptions } from '../../src/core/check-options.ts';
import { IdempotencyEngine } from '../../src/core/engine.ts';
import { memoryStore } from '../../src/stores/memory.ts';

const options: NestOptions = { store: memoryStore(), callers: 'by-address' };

const keyed = () => ({ method: 'POST', headers: { 'idempotency-key': 'k' } });
const plain = () => ({ method: 'POST', headers: {} });

/** The result of a resolver: its value, or the code of the error that it throws. */
async function resolved(
  shared: object,
  operation: string,
  more: Partial<NestOptions> = {},
): Promise<unknown> {
  const context = new ExecutionContextHost([undefined, {}, shared, { operation: { operation } }]);
  context.setType('graphql');
  try {
    const interceptor = new IdempotencyInterceptor({ ...options, ...more });
    return await lastValueFrom(await interceptor.intercept(context, { handle: () => of('resolved') }));
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

test('a mutation of GraphQL with a key is never executed without protection', async () => {
  for (const shared of [
    { req: keyed() },
    { request: keyed() },
    { req: { raw: keyed() } },
    { reply: { request: { raw: keyed() } } },
  ]) {
    assert.equal(await resolved(shared, 'mutation'), 'unprotected_context');
    assert.equal(await resolved(shared, 'query'), 'resolved');
  }
  assert.equal(await resolved({ req: plain() }, 'mutation'), 'resolved');
});

test('with requireKey a mutation without a key, or without a visible request, is refused', async () => {
  assert.equal(await resolved({ req: plain() }, 'mutation', { requireKey: true }), 'unprotected_context');
  assert.equal(await resolved({}, 'mutation', { requireKey: true }), 'unprotected_context');
  assert.equal(await resolved({}, 'query', { requireKey: true }), 'resolved');
});

test('a mutation whose HTTP request is protected is executed', async () => {
  const engine = new IdempotencyEngine(checkOptions({ store: memoryStore() }));
  const request = keyed();
  const begun = await engine.begin({
    method: 'POST',
    path: '/graphql',
    query: '',
    ifMatch: undefined,
    body: { kind: 'none' },
    caller: { kind: 'tenant', tenant: 'ada' },
    key: 'k',
    accept: undefined,
    requestId: undefined,
  });
  assert.ok(begun.kind === 'execute');
  setOperation(request, begun.operation);
  assert.equal(await resolved({ req: request }, 'mutation'), 'resolved');
  await begun.operation.finish({ status: 200, headers: [], body: '' });
});

test('an execution whose request is not visible continues, and is reported once', async () => {
  const warnings: string[] = [];
  const observer: NestOptions['observer'] = (event) => event.kind === 'warning' && warnings.push(event.code);
  assert.equal(await resolved({}, 'mutation', { observer }), 'resolved');
  assert.deepEqual(warnings, ['unprotected_context']);
});
