// What is said of followers holds on both engines.
process.env['BILLONCE_TEST_ENGINE'] = 'postgres';
await import('../followers.test.ts');
