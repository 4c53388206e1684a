// Runs the tests of followers on this engine too.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';
await import('../followers.test.ts');
