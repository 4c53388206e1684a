import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerScope, networkOf } from './caller-scope.ts';
import { withoutPort } from './client-address.ts';

test('a client is known by its IPv4 address, or by the /64 of its IPv6 address', () => {
  const cases = [
    ['192.0.2.1', '192.0.2.1'],
    [' 192.0.2.1:8080 ', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['[2001:DB8:1:2::6]:443', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['64:ff9b::c000:201', '192.0.2.1'],
    ['64:ff9b:0:1::c000:201', '64:ff9b:0:1::/64'],
    ['::1', 'loopback'],
    ['::2', '::2'],
    ['not an address', 'not an address'],
  ] as const;
  for (const [address, network] of cases) assert.equal(networkOf(address), network, address);
});

test('link-local addresses count in full, because all of them are in one network', () => {
  for (const address of ['fe80::1', 'fe80::2', 'febf::1']) assert.equal(networkOf(address), address);
  assert.equal(networkOf('fec0::1'), 'fec0:0:0:0::/64');
});

test('a port is no part of an address', () => {
  assert.deepEqual(
    ['192.0.2.1:80', '192.0.2.1', '[2001:db8::1]:80', '[2001:db8::1]', '2001:db8::1'].map(withoutPort),
    ['192.0.2.1', '192.0.2.1', '2001:db8::1', '2001:db8::1', '2001:db8::1'],
  );
});

test('each caller, endpoint and level has its own scope', () => {
  const tenant = { kind: 'tenant', tenant: 't' } as const;
  const ip = (address: string) => ({ kind: 'ip', address }) as const;
  assert.equal(callerScope(ip('2001:db8:1:2::3')), callerScope(ip('2001:db8:1:2::4')));
  assert.equal(callerScope(tenant), callerScope({ ...tenant }));
  assert.equal(callerScope(tenant, 'POST /a'), callerScope(tenant, 'POST /a', 0));
  const scopes = [
    callerScope(tenant),
    callerScope({ kind: 'tenant', tenant: 'u' }),
    callerScope(ip('2001:db8:1:2::3')),
    callerScope(ip('2001:db8:1:3::3')),
    callerScope(ip(`${'a'.repeat(200)}1`)),
    callerScope(ip(`${'a'.repeat(200)}2`)),
    callerScope(tenant, 'POST /a'),
    callerScope(tenant, 'POST /b'),
    callerScope(tenant, undefined, 1),
    callerScope(tenant, undefined, 2),
    callerScope(tenant, 'POST /a', 1),
  ];
  assert.equal(new Set(scopes).size, scopes.length);
  for (const scope of scopes) assert.match(scope, /^[0-9a-f]{32}$/);
});
