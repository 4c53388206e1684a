// Runs the suites about exports on the engine for many instances.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const suites = ['exports', 'export-command', 'reset', 'metrics'];
for (const suite of suites) await import(`../${suite}.test.ts`);
