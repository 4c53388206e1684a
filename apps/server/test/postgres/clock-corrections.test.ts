// Runs the tests of a corrected clock on the engine for many instances.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';
await import('../clock-corrections.test.ts');
