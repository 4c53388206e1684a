// Runs the suites about webhooks, events and the workers on the engine for many instances.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const suites = [
  'webhooks',
  'webhook-failures',
  'webhook-secrets',
  'webhook-targets',
  'webhook-places',
  'webhook-neighbours',
  'events',
  'outbox-errors',
  'outbox-rounds',
  'worker-errors',
];
for (const suite of suites) await import(`../${suite}.test.ts`);
