// Servers that are killed, and servers that keep to the model, on the engine for many instances: what they say holds on both.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

const suites = ['crash', 'model'];
for (const suite of suites) await import(`../${suite}.test.ts`);
