// Runs suites with each transaction and each statement limited to one tenant, as when tenants are on several nodes.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';
process.env['BILLONCE_TEST_BY_TENANT'] = 'true';

const suites = [
  'once',
  'bulk',
  'settle',
  'reversals',
  'credits',
  'balances',
  'holds',
  'usage-limits',
  'tiers',
  'services',
  'tenants',
  'audit-log',
  'key-list',
  'webhooks',
  'reconcile',
  'activity',
];
for (const suite of suites) await import(`../${suite}.test.ts`);
