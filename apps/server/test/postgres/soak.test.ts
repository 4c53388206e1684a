// The soak, on the engine for many instances; soak.test.ts asks harness/rounds.ts how long.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

await import('../soak.test.ts');
