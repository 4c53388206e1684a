import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AddressPlaces, addressGroup } from './address-places.ts';

test('an address cannot take more than its places, and can take released ones again', () => {
  const places = new AddressPlaces(2);
  const first = places.take('192.0.2.1');
  assert.ok(places.take('192.0.2.1'));
  assert.equal(places.take('192.0.2.1'), undefined);
  assert.equal(places.take('::ffff:192.0.2.1'), undefined, 'the same address, written as IPv6');
  assert.ok(places.take('192.0.2.2'), 'another address is not concerned');
  first?.();
  assert.ok(places.take('192.0.2.1'));
  assert.equal(places.take('192.0.2.1'), undefined);
});

test('the addresses of an IPv6 network count as one', () => {
  const groups = {
    '2001:db8::1': '2001:db8:0:0::/64',
    '2001:db8:0:0:ffff::1': '2001:db8:0:0::/64',
    '2001:0db8::': '2001:db8:0:0::/64',
    '2001:db8:0:1::1': '2001:db8:0:1::/64',
    '::1': '0:0:0:0::/64',
    'fe80::1%eth0': 'fe80:0:0:0::/64',
    '1:2:3:4:5:6:7:8': '1:2:3:4::/64',
    '::ffff:10.0.0.1': '10.0.0.1',
    '10.0.0.1': '10.0.0.1',
  };
  for (const [address, group] of Object.entries(groups)) assert.equal(addressGroup(address), group, address);
});
