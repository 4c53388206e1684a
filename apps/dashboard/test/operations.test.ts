import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations as contract, type OperationSpec } from '@billonce/contract';
import { operations } from '../src/api/operations.ts';

test('the dashboard calls operations of the contract, by their methods and paths', () => {
  const specs: Readonly<Record<string, OperationSpec>> = contract;
  for (const [name, [method, path]] of Object.entries(operations)) {
    assert.deepEqual([specs[name]?.method, specs[name]?.path], [method, `/api/v1${path}`], name);
  }
});
