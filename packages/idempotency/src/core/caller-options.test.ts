import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  callerByAddress,
  callerOptionFaults,
  isForwardedUnheard,
  namedCaller,
  unnamedCallersFault,
} from './caller-options.ts';

const proxied = { peer: '10.0.0.1', framework: undefined, forwardedFor: '192.0.2.1, 192.0.2.2' };

test('the options that name callers are checked', () => {
  const faultsOf = (options: Readonly<Record<string, unknown>>) => callerOptionFaults(options as never);
  assert.deepEqual(faultsOf({}), []);
  assert.deepEqual(faultsOf({ tenantOf: () => 'a', callers: 'by-address', trustedProxies: 0 }), []);
  assert.deepEqual(faultsOf({ tenantOf: 'a', callers: 'all', trustedProxies: -1 }), [
    'tenantOf must be a function',
    "callers must be 'by-address'",
    'trustedProxies must be a whole number',
  ]);
  for (const trustedProxies of [1.5, '1', Number.NaN]) {
    assert.deepEqual(faultsOf({ trustedProxies }), ['trustedProxies must be a whole number']);
  }
  assert.deepEqual(unnamedCallersFault({}), [
    "tenantOf must be given, or callers: 'by-address' if the address of a client is to be its name: keys belong to a caller",
  ]);
  assert.deepEqual(unnamedCallersFault({ tenantOf: () => 'a' }), []);
  assert.deepEqual(unnamedCallersFault({ callers: 'by-address' }), []);
});

test('an address is that of the framework, or of the proxies that are trusted', () => {
  const ip = (address: string) => ({ kind: 'ip', address });
  const ofFramework = { ...proxied, framework: '192.0.2.9' };
  assert.deepEqual(callerByAddress(ofFramework, undefined), ip('192.0.2.9'));
  assert.deepEqual(callerByAddress(ofFramework, 1), ip('192.0.2.2'));
  assert.deepEqual(callerByAddress(ofFramework, 2), ip('192.0.2.1'));
  assert.deepEqual(callerByAddress(ofFramework, 0), ip('10.0.0.1'));
  for (const framework of [undefined, '']) {
    assert.deepEqual(callerByAddress({ ...proxied, framework }, undefined), ip('10.0.0.1'));
  }
  assert.equal(callerByAddress({ ...proxied, peer: '' }, undefined), undefined);
});

test('a tenant is the caller, and an address only without one', () => {
  const byAddress = { kind: 'ip', address: '192.0.2.1' } as const;
  assert.deepEqual(namedCaller('t', byAddress), { kind: 'tenant', tenant: 't' });
  assert.deepEqual(namedCaller(undefined, byAddress), byAddress);
  assert.equal(namedCaller(undefined, undefined), undefined);
});

test('a proxy that names its client is noticed if no option trusts it', () => {
  const has = (present: string) => (name: string) => name === present;
  for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip']) {
    assert.equal(isForwardedUnheard(proxied, undefined, has(name)), true, name);
  }
  assert.equal(isForwardedUnheard(proxied, undefined, has('other')), false);
  assert.equal(isForwardedUnheard(proxied, 0, has('forwarded')), false);
  const heard = { ...proxied, framework: '192.0.2.9' };
  assert.equal(isForwardedUnheard(heard, undefined, has('forwarded')), false);
  assert.equal(isForwardedUnheard({ ...proxied, framework: '10.0.0.1' }, undefined, has('forwarded')), true);
});
