// Runs the suites about keys, tenants and the operator on the engine for many instances.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const suites = [
  'keys',
  'key-rotation',
  'key-list',
  'scopes',
  'audit-log',
  'missing-acts',
  'runtime-config',
  'tenants',
  'neighbours',
  'caller',
  'activity',
];
for (const suite of suites) await import(`../${suite}.test.ts`);
