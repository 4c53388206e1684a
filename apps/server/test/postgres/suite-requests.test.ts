// Runs the suites about requests, lists and retention on the engine for many instances.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const suites = [
  'lists',
  'edge',
  'bad-input',
  'names',
  'retention',
  'evicted-answers',
  'agentpay/lists',
  'metrics-of-the-database',
];
for (const suite of suites) await import(`../${suite}.test.ts`);
