import assert from 'node:assert/strict';
import type { Awaitable } from '../../core/store.ts';
import { assertRefusal, assertReplay, newKey, withApp } from './law-app.ts';
import type { AdapterLaw } from './subject.ts';
import { json } from './wire.ts';

const always = () => true;
const from = (address: string) => [['X-Forwarded-For', address]] as const;

/** How callers are distinguished. */
export const callerLaws: readonly AdapterLaw[] = [
  {
    id: 'callers-are-named',
    sentence:
      'Without `tenantOf`, and without an option that identifies callers by their address, an adapter throws at start.',
    concerns: always,
    run: async (subject) => {
      await assert.rejects(
        withApp(subject, { byAddress: false }, () => Promise.resolve()),
        (error) => error instanceof Error && /tenantOf .*must be given/.test(error.message),
      );
    },
  },
  {
    id: 'tenants-apart',
    sentence:
      'The same key of another tenant is another operation: the other tenant sees nothing of the first answer.',
    concerns: always,
    run: async (subject) => {
      const late = async (apiKey: string | undefined) => {
        await Promise.resolve();
        return apiKey;
      };
      for (const tenantOfApiKey of [(apiKey: string | undefined) => apiKey, late]) {
        await withApp(subject, { tenantOfApiKey }, async (app) => {
          const key = newKey();
          const post = (tenant: string) => app.post('json', { key, headers: [['X-API-Key', tenant]] });
          const [ada, bob] = [await post('ada'), await post('bob')];
          assert.deepEqual([json(ada), json(bob)], [app.work.json(1), app.work.json(2)]);
          assertReplay(await post('ada'), ada);
          assertReplay(await post('bob'), bob);
          assert.equal(app.work.executions, 2);
        });
      }
    },
  },
  {
    id: 'tenant-is-a-name',
    sentence:
      'If `tenantOf` returns anything but a non-empty string or `undefined`, directly or as a promise, the request fails and nothing is executed.',
    concerns: always,
    run: async (subject) => {
      for (const wrong of ['', 'half of a character: \ud83d', null, 7, false, {}, Symbol('tenant')]) {
        for (const given of [wrong, Promise.resolve(wrong)]) {
          await withApp(subject, { tenantOfApiKey: () => mistaken(given) }, async (app) => {
            assert.equal((await app.post('json', { key: newKey() })).status, 500);
            assert.equal(app.work.executions, 0);
          });
        }
      }
    },
  },
  {
    id: 'addresses-apart',
    sentence:
      'The same key from another address is another operation; X-Forwarded-For counts only for trusted proxies.',
    concerns: always,
    run: async (subject) => {
      const from = (address: string) => [['X-Forwarded-For', address]] as const;
      await withApp(subject, { options: { trustedProxies: 1 } }, async (app) => {
        const key = newKey();
        const first = await app.post('json', { key, headers: from('198.51.100.1') });
        await app.post('json', { key, headers: from('198.51.100.2') });
        assert.equal(app.work.executions, 2);
        const forged = await app.post('json', { key, headers: from('203.0.113.9, 198.51.100.1') });
        assertReplay(forged, first);
      });
      await withApp(subject, {}, async (app) => {
        const key = newKey();
        const first = await app.post('json', { key, headers: from('198.51.100.1') });
        assertReplay(await app.post('json', { key, headers: from('198.51.100.2') }), first);
        assert.equal(app.work.executions, 1);
      });
    },
  },
  {
    id: 'no-tenant',
    sentence:
      'A request for which `tenantOf` returns `undefined` is refused with 500 caller_unknown, unless the options identify it by its address; no tenant then has its keys.',
    concerns: always,
    run: async (subject) => {
      const tenantOfApiKey = (apiKey: string | undefined) => apiKey;
      await withApp(subject, { tenantOfApiKey }, async (app) => {
        assertRefusal(await app.post('json', { key: newKey() }), 500, 'caller_unknown');
        assert.equal(app.work.executions, 0);
      });
      await withApp(subject, { tenantOfApiKey, byAddress: true }, async (app) => {
        const key = newKey();
        await app.post('json', { key, headers: [['X-API-Key', 'ada']] });
        const unnamed = await app.post('json', { key });
        assertReplay(await app.post('json', { key }), unnamed);
        assert.equal(app.work.executions, 2);
      });
    },
  },
  {
    id: 'framework-trusts-its-proxy',
    sentence: 'If the framework trusts its proxy, a caller by address is the client that the proxy names.',
    concerns: ({ addressBy }) => addressBy === 'framework',
    run: (subject) =>
      withApp(subject, { trustsProxy: true }, async (app) => {
        const key = newKey();
        const first = await app.post('json', { key, headers: from('198.51.100.1') });
        await app.post('json', { key, headers: from('198.51.100.2') });
        assert.equal(app.work.executions, 2);
        assertReplay(await app.post('json', { key, headers: from('198.51.100.1') }), first);
        assert.deepEqual(app.warnings, []);
      }),
  },
  {
    id: 'forwarded-unheard',
    sentence:
      'A forwarded address is reported once if no option says whether to trust a proxy: all clients of a proxy would be one caller.',
    concerns: ({ addressBy }) => addressBy !== 'app',
    run: async (subject) => {
      await withApp(subject, {}, async (app) => {
        for (const address of ['198.51.100.1', '198.51.100.2'])
          await app.post('json', { key: newKey(), headers: from(address) });
        assert.deepEqual(app.warnings, ['untrusted_forwarded_header']);
      });
      await withApp(subject, { options: { trustedProxies: 0 } }, async (app) => {
        await app.post('json', { key: newKey(), headers: from('198.51.100.1') });
        assert.deepEqual(app.warnings, []);
      });
    },
  },
  {
    id: 'address-is-a-network',
    sentence:
      'An IPv6 client is identified by its /64, because it can change its address within it; a port that a proxy adds to an address is ignored.',
    concerns: always,
    run: (subject) =>
      withApp(subject, { options: { trustedProxies: 1 } }, async (app) => {
        const sameCaller = [
          ['2001:db8:1:2::7', '2001:DB8:1:2:ffff:ffff::9', '[2001:db8:1:2::7]:443'],
          ['203.0.113.7', '203.0.113.7:51234', '::ffff:203.0.113.7'],
          ['2001:db8:1:3::7'],
        ];
        const key = newKey();
        for (const [address = '', ...others] of sameCaller) {
          const first = await app.post('json', { key, headers: from(address) });
          for (const other of others)
            assertReplay(await app.post('json', { key, headers: from(other) }), first);
        }
        assert.equal(app.work.executions, sameCaller.length);
      }),
  },
];

/** What untyped code may return from `tenantOf`. */
function mistaken(value: unknown): Awaitable<string | undefined> {
  return value as Awaitable<string | undefined>;
}
