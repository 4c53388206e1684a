// The suites of the server's behaviour, on the engine for many instances: what they say holds on both.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const suites = [
  'once',
  'bulk',
  'keys',
  'lists',
  'limits',
  'services',
  'settle',
  'reversals',
  'pause',
  'key-rotation',
  'runtime-config',
  'events',
  'webhooks',
  'metrics',
  'exports',
  'export-command',
  'edge',
  'bad-input',
  'reset',
  'crash',
  'model',
  'names',
  'neighbours',
  'tenants',
  'reconcile',
  'retention',
  'worker-errors',
  'outbox-errors',
];
for (const suite of suites) await import(`../${suite}.test.ts`);
