// Usage, settlements and what corrects them, on the engine for many instances: what they say holds on both.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const suites = [
  'once',
  'bulk',
  'limits',
  'settle',
  'settle-run',
  'statements',
  'metadata',
  'reversals',
  'reversals-crash',
  'credits',
  'known-entries',
  'usage-limits',
  'limits-of-agents',
  'balances',
  'holds',
  'reconcile',
  'heavy-commands',
  'command-weights',
  'services',
  'prices',
  'quantities',
  'service-lists',
  'pause',
  'retries-of-everything',
  'bound-to-an-agent',
  'sums',
  'agent-totals',
  'usage-over-time',
];
for (const suite of suites) await import(`../${suite}.test.ts`);
