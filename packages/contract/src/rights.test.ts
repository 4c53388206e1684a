import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isForTenants, type OperationSpec } from './operation-spec.ts';
import { operations } from './operations.ts';
import { type Naming, rights } from './rights.ts';

const byName: Readonly<Record<string, OperationSpec>> = operations;
const namesOf = (schema: unknown): readonly string[] => {
  const properties: unknown =
    typeof schema === 'object' && schema !== null && Reflect.get(schema, 'properties');
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
};
const named = (operation: OperationSpec, naming: Naming, name: string): boolean => {
  switch (naming) {
    case 'path':
      return namesOf(operation.params).includes(name);
    case 'query':
      return namesOf(operation.query).includes(name);
    case 'body':
      return namesOf(operation.body).includes(name);
    case 'items':
      return namesOf(operation.body).includes('items');
    case 'found':
      return ['id', 'holdId'].some((id) => namesOf(operation.params).includes(id));
    case 'none':
    case 'all':
      return ['params', 'query', 'body'].every(
        (part) => !namesOf(Reflect.get(operation, part)).includes(name),
      );
  }
};

test('every operation that an API key can call names its scope, and no other operation does', () => {
  const ofTenants = Object.entries(byName).filter(([, operation]) => isForTenants(operation));
  assert.deepEqual(Object.keys(rights).sort(), ofTenants.map(([name]) => name).sort());
});

/**
 * They name an agent or a service, and no bound key may call them: an agent must not decide who pays, how, and how
 * much.
 */
const ofAll: ReadonlySet<string> = new Set([
  'putLimit',
  'createGrant',
  'createRefund',
  'voidGrant',
  'putBilling',
  'deleteBilling',
]);

test('a bound key is limited wherever a request can name an agent or a service', () => {
  for (const [name, right] of Object.entries(rights)) {
    const operation = byName[name];
    assert.ok(operation);
    for (const member of ['agent', 'serviceId'] as const) {
      if (ofAll.has(name) && right[member] === 'all') continue;
      assert.ok(named(operation, right[member], member), `${name}: ${member} is not in '${right[member]}'`);
    }
  }
});

test('reads require the scope read, and writes another one', () => {
  for (const [name, { scope }] of Object.entries(rights)) {
    const operation = byName[name];
    const reads = operation?.method === 'GET' || operation?.reads === true;
    const expected = reads ? ['read', 'any', 'manage'] : ['record', 'settle', 'manage'];
    assert.ok(expected.includes(scope), `${name}: ${scope}`);
  }
});
