import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseConfig } from './config.ts';
import { httpThreadsOf } from './http-threads-config.ts';
import { optionVariables, variableNames } from './variables/variables.ts';

function mistakes(environment: Record<string, string>): readonly string[] {
  const parsed = parseConfig(environment);
  return parsed.kind === 'invalid' ? parsed.mistakes : [];
}

test('no variable is required', () => {
  const parsed = parseConfig({});
  assert.equal(parsed.kind, 'valid');
  assert.deepEqual(
    parsed.kind === 'valid' && [parsed.config.host, parsed.config.port, parsed.config.database],
    ['127.0.0.1', 3001, { kind: 'sqlite', file: './data/billonce.db' }],
  );
});

test('all mistakes are reported at once', () => {
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

test('a repeated id of an encryption key is a mistake, and the message shows no key', () => {
  const [first, second] = ['1', '2'].map((digit) => `k1:${digit.repeat(64)}`);
  assert.deepEqual(mistakes({ ANSWER_ENCRYPTION_KEYS: `${first},${second},${first}` }), [
    'ANSWER_ENCRYPTION_KEYS: the id k1 appears more than once',
  ]);
  assert.deepEqual(mistakes({ ANSWER_ENCRYPTION_KEYS: `${first},${second?.replace('k1', 'k2')}` }), []);
});

test('with an admin key the server may listen on any address, even behind a proxy', () => {
  const open = { HOST: '0.0.0.0', TRUST_PROXY: '1' };
  assert.equal(mistakes(open).length, 2);
  assert.deepEqual(mistakes({ ...open, ADMIN_API_KEY: 'k3Vq8ZrT1mWx7LpB5nYd' }), []);
  assert.deepEqual(mistakes({ ...open, ADMIN_API_KEY: 'short' }), [
    'ADMIN_API_KEY has 5 characters: it must have at least 16',
  ]);
  assert.deepEqual(mistakes({ ...open, ADMIN_API_KEY: 'k3Vq8ZrT1mWx7LpB5nYé' }), [
    'ADMIN_API_KEY must be visible ASCII characters, and its character 20 is outside ASCII, such as a letter with an accent',
  ]);
  assert.match(
    mistakes({ ...open, ADMIN_API_KEY: 'k3Vq8 ZrT1mWx7LpB5nY' }).join(),
    /character 6 is a space$/,
  );
});

test('a server does not start with an admin key that is easy to guess, and the message shows how to generate one', () => {
  for (const key of [
    'a-long-enough-key',
    'the-admin-key-of-a-company',
    'changeme-changeme-changeme',
    'password12345678',
    'x'.repeat(200),
    '0123456789abcdef0123456789abcdef',
    'abcabcabcabcabcabcabcabcabc',
  ]) {
    const found = mistakes({ ADMIN_API_KEY: key });
    assert.deepEqual(
      found,
      ['ADMIN_API_KEY is easy to guess: generate one with `openssl rand -hex 32`'],
      key,
    );
  }
  for (const bytes of [16, 18, 24, 32]) {
    for (let draw = 0; draw < 100; draw++) {
      for (const form of ['hex', 'base64'] as const) {
        const key = randomBytes(bytes).toString(form);
        assert.deepEqual(mistakes({ ADMIN_API_KEY: key }), [], key);
      }
    }
  }
});

test('HTTP threads share one file, and each has a part of the memory for bodies', {
  skip: process.platform !== 'linux',
}, () => {
  const sixteen = String(16 * 1024 ** 2);
  const postgres = { DATABASE_URL: 'postgres://user@host/books', HTTP_THREADS: '2' };
  assert.match(
    mistakes(postgres).join(),
    /^HTTP_THREADS is 2: on PostgreSQL it must be 1; start more instances/,
  );
  assert.deepEqual(mistakes({ ...postgres, HTTP_THREADS: '1' }), []);
  assert.match(
    mistakes({ HTTP_THREADS: '9' }).join(),
    /^HTTP_THREADS is 9: it must be an integer from 1 to 8$/,
  );
  const crowded = { HTTP_THREADS: '2', MAX_BODY_BYTES_IN_FLIGHT: sixteen };
  assert.match(
    mistakes(crowded).join(),
    /MAX_BODY_BYTES_IN_FLIGHT is 16777216: each of 2 HTTP_THREADS needs/,
  );
  const threadsOf = (environment: Record<string, string>) => {
    const parsed = parseConfig(environment);
    return parsed.kind === 'valid' && [parsed.config.httpThreads, parsed.config.bodyBytesInFlightMax];
  };
  assert.deepEqual(threadsOf({ HTTP_THREADS: '8' }), [8, 128 * 1024 ** 2]);
  assert.deepEqual(threadsOf({ HTTP_THREADS: '2' }), [2, 64 * 1024 ** 2]);
  // The default is the number of threads for which this memory is enough, on any machine.
  assert.deepEqual(threadsOf({ MAX_BODY_BYTES_IN_FLIGHT: sixteen }), [1, 16 * 1024 ** 2]);
});

test('by default a server has one HTTP thread less than processors, at most eight, and memory for each', () => {
  const gigabyte = 1024 ** 3;
  const threads = (processors: number, gigabytes: number) =>
    httpThreadsOf({ processors, memoryBytes: gigabytes * gigabyte });
  assert.deepEqual(
    [1, 2, 3, 4, 9, 64].map((processors) => threads(processors, 64)),
    [1, 1, 2, 3, 8, 8],
  );
  assert.deepEqual(
    [0.125, 0.25, 0.5, 1, 2].map((gigabytes) => threads(64, gigabytes)),
    [1, 1, 2, 4, 8],
  );
});

function warnings(environment: Record<string, string>): readonly string[] {
  const parsed = parseConfig(environment);
  return parsed.kind === 'valid' ? parsed.warnings : [`refused: ${parsed.mistakes.join()}`];
}

test('a misspelt variable is reported with the one that was probably meant, and without its value', () => {
  for (const [name, meant] of [
    ['DATABASE_ULR', 'DATABASE_URL'],
    ['database_url', 'DATABASE_URL'],
    ['DATABASEURL', 'DATABASE_URL'],
    ['IDEMPOTENCY_CACHE_TTL', 'IDEMPOTENCY_CACHE_TTL_MS'],
    ['WEBHOOKS_TIMEOUT_MS', 'WEBHOOK_TIMEOUT_MS'],
    ['CORS_ALLOWED_ORIGIN', 'CORS_ALLOWED_ORIGINS'],
    ['TRUSTED_PROXY', 'TRUST_PROXY'],
    ['LOGLEVEL', 'LOG_LEVEL'],
  ] as const) {
    assert.deepEqual(warnings({ [name]: 'hidden-value' }), [
      `the variable ${name} is set, but the server does not read it: is ${meant} meant?`,
    ]);
  }
});

test('a copy of .env.example is the default configuration, and the reader or the command line knows each name', () => {
  const example = readFileSync(new URL('../../../.env.example', import.meta.url), 'utf8');
  const lines = example.split('\n').filter((line) => /^[A-Z]/.test(line));
  const environment = Object.fromEntries(lines.map((line) => line.split(/=(.*)/, 2)));
  assert.deepEqual(parseConfig(environment), parseConfig({}));
  const named = [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = '']) => name);
  assert.deepEqual(new Set(named), new Set([...variableNames, ...Object.keys(optionVariables)]));
});

test('an unknown variable with one of our prefixes is reported, and variables of other programs are not', () => {
  assert.deepEqual(warnings({ IDEMPOTENCY_STORE: 'x', BILLONCE_COLOR: 'x' }), [
    'the variable BILLONCE_COLOR is set, but the server does not read it: unset it, or correct its name',
    'the variable IDEMPOTENCY_STORE is set, but the server does not read it: unset it, or correct its name',
  ]);
  const others = {
    HOME: '/root',
    HOSTNAME: 'h',
    PATH: '/bin',
    LANG: 'C',
    SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt',
    SSL_CERT_DIR: '/etc/ssl/certs',
    NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca.crt',
    NODE_ENV: 'production',
    OTEL_RESOURCE_ATTRIBUTES: 'a=b',
    BILLONCE_URL: 'http://127.0.0.1',
    BILLONCE_API_KEY: 'x',
    BILLONCE_PORT: 'tcp://10.0.0.1:3001',
    BILLONCE_SERVICE_HOST: '10.0.0.1',
    DATABASE_PORT_5432_TCP_ADDR: '10.0.0.2',
    ALGOLIA_ADMIN_API_KEY: 'x',
  };
  assert.deepEqual(warnings(others), []);
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`BILLONCE_X${index}`, 'x']));
  assert.equal(warnings(many).length, 20);
});

test('a server does not start unprotected if the variable of the admin key is misspelt or blank', () => {
  for (const name of [
    'ADMIN_APIKEY',
    'ADMIN_API_KEYS',
    'admin_api_key',
    'ADMIN_KEY',
    'ADMIN_API_KEY_FIEL',
    'ADMN_API_KEY',
  ]) {
    assert.match(
      warnings({ [name]: 'hidden-value' }).join(),
      new RegExp(`^refused: ${name} is set and ADMIN_API_KEY is not`),
    );
    // If the right variable is also set, the other one is only redundant.
    assert.equal(warnings({ [name]: 'x', ADMIN_API_KEY: 'k3Vq8ZrT1mWx7LpB5nYd' }).length, 1);
  }
  for (const blank of ['', '  ']) {
    assert.match(warnings({ ADMIN_API_KEY: blank }).join(), /^refused: ADMIN_API_KEY is set but blank/);
  }
  assert.match(warnings({ REQUIRE_API_KEY: 'true' }).join(), /^refused: REQUIRE_API_KEY is true/);
  assert.deepEqual(warnings({ REQUIRE_API_KEY: 'true', ADMIN_API_KEY: 'k3Vq8ZrT1mWx7LpB5nYd' }), []);
});

test('TRUST_PROXY accepts the values of AgentPay: a number of proxies, or a word for one or none', () => {
  const hops = (TRUST_PROXY: string) => {
    const parsed = parseConfig({ TRUST_PROXY, ADMIN_API_KEY: 'k3Vq8ZrT1mWx7LpB5nYd' });
    return parsed.kind === 'valid' ? parsed.config.trustedHops : undefined;
  };
  for (const word of ['true', 'yes', 'on', 'TRUE', ' On ', '1']) assert.equal(hops(word), 1, word);
  for (const word of ['false', 'no', 'off', '0', '']) assert.equal(hops(word), 0, word);
  assert.equal(hops('3'), 3);
  for (const wrong of ['-1', '17', '1.5', 'loopback', '10.0.0.0/8'])
    assert.equal(hops(wrong), undefined, wrong);
  assert.match(
    mistakes({ TRUST_PROXY: 'true' }).join(),
    /without ADMIN_API_KEY the server does not run behind a proxy/,
  );
});

test('an admin key can be in a file, and a second one is accepted while the first is replaced', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-secret-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const key = 'first-admin-key-5b7d20c9e1';
  const old = 'another-long-enough-key';
  const parsed = parseConfig({
    ADMIN_API_KEY_FILE: file('key', `${key}\n`),
    ADMIN_API_KEY_OLD_FILE: file('old', `${old}\r\n`),
  });
  assert.ok(parsed.kind === 'valid');
  assert.deepEqual([parsed.config.adminApiKey, parsed.config.adminApiKeyOld], [key, old]);
  const wrong = [
    [
      { ADMIN_API_KEY_FILE: join(folder, 'nothing') },
      /^refused: ADMIN_API_KEY_FILE: the file cannot be read: ENOENT/,
    ],
    [{ ADMIN_API_KEY_FILE: folder }, /^refused: ADMIN_API_KEY_FILE: the file cannot be read: EISDIR/],
    [{ ADMIN_API_KEY_FILE: file('empty', ' \n') }, /^refused: ADMIN_API_KEY_FILE is set but blank/],
    [{ ADMIN_API_KEY_FILE: '' }, /^refused: ADMIN_API_KEY_FILE is set but blank/],
    [{ ADMIN_API_KEY_FILE: file('short', 'short') }, /^refused: ADMIN_API_KEY has 5 characters/],
    [{ ADMIN_API_KEY_FILE: file('lines', `${key}\n${old}`) }, /^refused: ADMIN_API_KEY must be/],
    [
      { ADMIN_API_KEY_FILE: file('long', 'k'.repeat(5_000)) },
      /^refused: ADMIN_API_KEY_FILE: .*longer than 4096/,
    ],
    [
      { ADMIN_API_KEY: key, ADMIN_API_KEY_FILE: file('key', key) },
      /^refused: ADMIN_API_KEY and ADMIN_API_KEY_FILE/,
    ],
    [{ ADMIN_API_KEY_OLD: old }, /^refused: ADMIN_API_KEY_OLD is set and ADMIN_API_KEY is not/],
    [{ ADMIN_API_KEY: key, ADMIN_API_KEY_OLD: 'short' }, /^refused: ADMIN_API_KEY_OLD has 5 characters/],
    [{ ADMIN_API_KEY: key, ADMIN_API_KEY_OLD: '' }, /^refused: ADMIN_API_KEY_OLD is set but blank/],
  ] as const;
  for (const [environment, expected] of wrong) assert.match(warnings(environment).join(), expected);
});
