// Runs the soak test on the engine for many instances. soak.test.ts takes its duration from harness/rounds.ts.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

await import('../soak.test.ts');
