import assert from 'node:assert/strict';
import type { Api } from '../harness/api.ts';
import { assertAccount } from './agree-accounts.ts';
import { assertLists } from './agree-lists.ts';
import { assertPurses } from './agree-purses.ts';
import { assertAudit, assertSums } from './agree-sums.ts';
import { xlm } from './assets.ts';
import { liveService, type ModelBooks } from './books.ts';
import { pricesBody } from './dated.ts';
import { agents, services } from './draw-names.ts';
import { pages } from './pages.ts';
import { priceBody } from './prices.ts';

/** Asserts that everything that can be read from a tenant's books equals the model. Learns the ids of entries. */
export async function assertAgreed(api: Api, books: ModelBooks, nowMs: number): Promise<void> {
  for (const agent of agents) {
    await assertPurses(api, books, agent, { nowMs, isRecorded: true });
    for (const serviceId of services) await assertAccount(api, books, { agent, serviceId }, nowMs);
  }
  await assertSums(api, books, nowMs);
  await assertAssets(api, books);
  await assertServices(api, books, nowMs);
  await assertLists(api, books);
  await assertAudit(api, books);
}

async function assertAssets(api: Api, { assets }: ModelBooks): Promise<void> {
  assert.deepEqual(
    (await api.get('/assets')).json.items,
    [...assets.values(), xlm]
      .sort((a, b) => (a.code < b.code ? -1 : 1))
      .map((asset) => ({ ...asset, builtIn: asset.code === xlm.code })),
  );
}

async function assertServices(api: Api, books: ModelBooks, nowMs: number): Promise<void> {
  const live = services.filter((serviceId) => liveService(books, serviceId) !== undefined).sort();
  const rows = await pages(api, '/services', 2, 'services');
  assert.deepEqual(
    rows.map(({ description: _, owner: __, unit: ___, ...row }) => row),
    live.map((serviceId) => {
      const service = liveService(books, serviceId);
      return {
        serviceId,
        ...(service === undefined ? {} : withoutAbsent(pricesBody(service, nowMs))),
        disabled: service?.isDisabled,
        ...(service === undefined || service.scale === 0 ? {} : { unitScale: service.scale }),
      };
    }),
  );
  for (const serviceId of live) {
    const versions = await pages(api, `/services/${encodeURIComponent(serviceId)}/prices`, 2);
    const service = liveService(books, serviceId) ?? assert.fail(serviceId);
    assert.deepEqual(
      versions.map(({ setAt: _, withdrawnAt: __, ...price }) => price),
      service.prices.map((price, index) => {
        const effectiveFrom = service.stated[index]?.effectiveFrom;
        return withoutAbsent({ version: index + 1, ...priceBody(price, service.asset), effectiveFrom });
      }),
    );
  }
}

function withoutAbsent(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}
