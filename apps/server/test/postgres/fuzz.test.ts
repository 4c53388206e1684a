// The fuzzer, on the engine for many instances: fewer cases, and its own witness of what was committed.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';

await import('../fuzz.test.ts');
