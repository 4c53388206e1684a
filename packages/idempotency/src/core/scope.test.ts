import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { callerScope, networkOf } from './caller-scope.ts';
import { clientAddress } from './client-address.ts';
import { InvalidTenantError, normalizeAddress, parseTenant, scopeDigest } from './scope.ts';

test('all loopback addresses are one caller', () => {
  for (const address of [
    '127.0.0.1',
    '127.8.9.10',
    '::1',
    '::ffff:127.0.0.1',
    '::FFFF:127.0.0.1',
    '::ffff:7f00:1',
  ]) {
    assert.equal(normalizeAddress(address), 'loopback', address);
  }
});

test('spellings of one address are one caller, and other addresses are other callers', () => {
  assert.equal(normalizeAddress('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(normalizeAddress('2001:DB8:0:0::1'), normalizeAddress('2001:db8::1'));
  assert.equal(normalizeAddress('fe80::1%eth0'), normalizeAddress('fe80::1'));
  assert.notEqual(normalizeAddress('2001:db8::1'), normalizeAddress('2001:db8::2'));
});

test('a tenant and an address never share a scope', () => {
  assert.notEqual(
    scopeDigest({ kind: 'tenant', tenant: '192.0.2.1' }),
    scopeDigest({ kind: 'ip', address: '192.0.2.1' }),
  );
});

test('a scope is 16 bytes of the SHA-256 of its kind and its name, also when it is asked for again', () => {
  const expected = (name: string) => createHash('sha256').update(name).digest('hex').slice(0, 32);
  for (let asked = 0; asked < 2; asked++) {
    assert.equal(scopeDigest({ kind: 'tenant', tenant: 'acme' }), expected('tenant:acme'));
    assert.equal(scopeDigest({ kind: 'job', scope: 'nightly' }), expected('job:nightly'));
    assert.equal(scopeDigest({ kind: 'ip', address: '::FFFF:192.0.2.1' }), expected('ip:192.0.2.1'));
    assert.equal(scopeDigest({ kind: 'ip', address: '192.0.2.2' }), expected('ip:192.0.2.2'));
    const long = 'n'.repeat(300);
    assert.equal(scopeDigest({ kind: 'tenant', tenant: long }), expected(`tenant:${long}`));
  }
});

test('more scopes than are kept in memory have a digest each', () => {
  const tenants = Array.from({ length: 1_100 }, (_, number) => `tenant-${number}`);
  const digests = () => tenants.map((tenant) => scopeDigest({ kind: 'tenant', tenant }));
  const first = digests();
  assert.equal(new Set(first).size, tenants.length);
  assert.deepEqual(digests(), first);
});

test('an address has the spelling of URLs, without a zone, and IPv4 in place of IPv4 mapped into IPv6', () => {
  const spelled = {
    '192.0.2.1': '192.0.2.1',
    '12.127.0.1': '12.127.0.1',
    '128.0.0.1': '128.0.0.1',
    'FE80::1%eth0': 'fe80::1',
    '%eth0': '',
    '2001:DB8:0:0:0:0:0:1': '2001:db8::1',
    '::ffff:10.20.30.40': '10.20.30.40',
    '::ffff:1:2': '0.1.0.2',
    '::ffff:abcd:ef01': '171.205.239.1',
    '1::ffff:1:2': '1::ffff:1:2',
    '::ffff:1:2:3': '::ffff:1:2:3',
    '::2': '::2',
    'No Address:': 'no address:',
    UNIX: 'unix',
  };
  for (const [address, expected] of Object.entries(spelled))
    assert.equal(normalizeAddress(address), expected, address);
});

test('a tenant is a text that is not empty and is well formed, or undefined; the error says what it was', () => {
  assert.equal(parseTenant(undefined), undefined);
  assert.deepEqual(parseTenant('acme'), { kind: 'tenant', tenant: 'acme' });
  const wrong = new Map<unknown, string>([
    ['', 'an empty string'],
    ['half \ud800', 'a lone surrogate'],
    [null, 'null'],
    [7, 'a value of type number'],
    [{}, 'a value of type object'],
  ]);
  for (const [tenant, named] of wrong)
    assert.throws(
      () => parseTenant(tenant),
      (error) => {
        assert.ok(error instanceof InvalidTenantError);
        assert.equal(error.code, 'invalid_tenant');
        const expected = `tenantOf must return a non-empty string or undefined, and returned ${named}`;
        assert.equal(error.message, expected);
        return true;
      },
    );
});

test('X-Forwarded-For counts only for the configured number of proxies', () => {
  assert.equal(clientAddress('10.0.0.1', '198.51.100.1', 0), '10.0.0.1');
  assert.equal(clientAddress('10.0.0.1', '198.51.100.1', 1), '198.51.100.1');
  assert.equal(clientAddress('10.0.0.1', '203.0.113.9, 198.51.100.1', 1), '198.51.100.1');
  assert.equal(clientAddress('10.0.0.1', '203.0.113.9, 198.51.100.1', 2), '203.0.113.9');
  assert.equal(clientAddress('10.0.0.1', '198.51.100.1', 2), '10.0.0.1');
  assert.equal(clientAddress('10.0.0.1', 'no address', 1), '10.0.0.1');
  assert.equal(clientAddress('10.0.0.1', undefined, 1), '10.0.0.1');
  // A port that a proxy adds is not part of the address.
  assert.equal(clientAddress('10.0.0.1', '198.51.100.1:4711', 1), '198.51.100.1');
  assert.equal(clientAddress('10.0.0.1', '[2001:db8::1]:4711', 1), '2001:db8::1');
  assert.equal(clientAddress('10.0.0.1', '2001:db8::1', 1), '2001:db8::1');
});

test('a client by address is identified by its network, regardless of its port', () => {
  const same = [
    [
      '203.0.113.7',
      '203.0.113.7:51234',
      '::ffff:203.0.113.7',
      '[::ffff:203.0.113.7]:443',
      '64:ff9b::cb00:7107',
    ],
    ['2001:db8::7', '2001:db8::8', '[2001:db8::7]:443', '2001:DB8:0:0:ffff::', '2001:db8::'],
    ['2001:db8:0:1::7', '2001:db8:0:1:a:b:c:d'],
    ['::1', '127.0.0.1:80', 'LOOPBACK'],
    ['fe80::1%eth0', 'fe80::1'],
    ['fe80::2'],
    ['::2'],
    ['::3'],
    ['unix:'],
  ];
  const networks = same.map((addresses) => [...new Set(addresses.map(networkOf))]);
  assert.deepEqual(
    networks.map((found) => found.length),
    same.map(() => 1),
  );
  assert.equal(new Set(networks.flat()).size, same.length);
  assert.equal(networks[1]?.[0], '2001:db8:0:0::/64');
  const scope = (address: string) => callerScope({ kind: 'ip', address });
  assert.equal(scope('2001:db8::7'), scope('[2001:db8::9]:443'));
});
