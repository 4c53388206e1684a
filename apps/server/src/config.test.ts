import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfig } from './config.ts';

function mistakes(environment: Record<string, string>): readonly string[] {
  const parsed = parseConfig(environment);
  return parsed.kind === 'invalid' ? parsed.mistakes : [];
}

test('nothing needs to be set', () => {
  const parsed = parseConfig({});
  assert.equal(parsed.kind, 'valid');
  assert.deepEqual(
    parsed.kind === 'valid' && [parsed.config.host, parsed.config.port, parsed.config.database],
    ['127.0.0.1', 3001, { kind: 'sqlite', file: './data/billonce.db' }],
  );
});

test('every mistake is named at once', () => {
  const found = mistakes({
    PORT: '70000',
    HOST: '0.0.0.0',
    DATABASE_URL: 'mysql://user:hidden@host/db',
    TRUST_PROXY: '1',
    IDEMPOTENCY_CACHE_TTL_MS: '1.5',
    IDEMPOTENCY_REQUIRED: 'maybe',
    CORS_ALLOWED_ORIGINS: 'https://ok.example,nonsense',
    ANSWER_ENCRYPTION_KEYS: 'k1:short',
    LOG_LEVEL: 'loud',
  });
  assert.equal(found.length, 9);
  assert.ok(!found.join().includes('hidden'), 'no secret is shown');
});

test('with an admin key the server may listen anywhere, behind a proxy', () => {
  const open = { HOST: '0.0.0.0', TRUST_PROXY: '1' };
  assert.equal(mistakes(open).length, 2);
  assert.deepEqual(mistakes({ ...open, ADMIN_API_KEY: 'a-long-enough-key' }), []);
  assert.equal(mistakes({ ...open, ADMIN_API_KEY: 'short' }).length, 1);
});
