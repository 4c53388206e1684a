// What leaves the server as a whole, on the engine for many instances: what they say holds on both.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const suites = ['exports', 'export-command', 'reset', 'metrics'];
for (const suite of suites) await import(`../${suite}.test.ts`);
