import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationOf } from '../../src/adapters/node/operations.ts';
import { checkOptions } from '../../src/core/check-options.ts';
import { IdempotencyEngine } from '../../src/core/engine.ts';
import { memoryStore } from '../../src/stores/memory.ts';

test('a second copy of the library in a process finds the operation of the first, and does not wait for it', async () => {
  const copy: typeof import('../../src/adapters/node/operations.ts') = await import(
    `${new URL('../../src/adapters/node/operations.ts', import.meta.url).href}?copy`
  );
  assert.notEqual(copy.operationOf, operationOf);
  const engine = new IdempotencyEngine(checkOptions({ store: memoryStore() }));
  const begun = await engine.begin({
    method: 'POST',
    path: '/',
    query: '',
    ifMatch: undefined,
    body: { kind: 'none' },
    caller: { kind: 'tenant', tenant: 'ada' },
    key: 'k',
    accept: undefined,
    requestId: undefined,
  });
  assert.ok(begun.kind === 'execute');
  const request = {};
  copy.setOperation(request, begun.operation);
  assert.equal(operationOf(request), begun.operation);
  await begun.operation.withdraw();
});
