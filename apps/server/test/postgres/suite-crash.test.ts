// Runs the suites about killed servers and about the model on the engine for many instances.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const suites = ['crash', 'model'];
for (const suite of suites) await import(`../${suite}.test.ts`);
