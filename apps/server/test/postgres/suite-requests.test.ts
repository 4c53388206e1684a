// Requests, lists and what is kept, on the engine for many instances: what they say holds on both.
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
