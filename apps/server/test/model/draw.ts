import type { Random } from '../harness/seeded-random.ts';
import { uuidV7At } from '../harness/uuid-v7.ts';
import { drawAssetOf, drawnAsset, drawServiceAsset } from './draw-asset.ts';
import { agents, assets, drawTime, type Hot, services, tenants } from './draw-names.ts';
import { drawPrepaid, drawPrepaidStart } from './draw-prepaid.ts';
import { prices, pricesIn, startPrices } from './draw-prices.ts';
import { drawEntryId, drawExpected, drawSettle, type Seen } from './draw-settle.ts';
import { drawUse } from './draw-use.ts';
import { booksOf, type Model } from './model.ts';
import type { Item, Sent, Write } from './write.ts';

/** Decimal places of units. */
const scales = [0, 0, 1, 3, 6] as const;
const minuteMs = 60_000;
const dayMs = 86_400_000;

/** An account that most of the concurrent writes are about, so that one write changes what the next one finds. */
export function drawHot(random: Random): Hot {
  return {
    tenant: random.pick(tenants),
    agent: random.pick(agents),
    serviceId: random.pick(services),
    isPrepaid: random.below(2) === 0,
  };
}

/** How often each kind of write is drawn. */
const weights = {
  usage: 8,
  bulk: 3,
  settle: 6,
  reverse: 6,
  settle_bulk: 4,
  clear: 3,
  write_off: 3,
  put_asset: 1,
  put_service: 1,
  put_services: 1,
  set_price: 3,
  cancel_price: 1,
  set_disabled: 2,
  delete_service: 2,
  set_limit: 2,
  delete_limit: 1,
  set_billing: 2,
  create_grant: 4,
  create_refund: 1,
  void_grant: 1,
  create_hold: 5,
  capture_hold: 4,
  release_hold: 1,
  extend_hold: 1,
} as const satisfies Record<Write['kind'], number>;
/** The weights if most writes concern prepaid money. */
const prepaidWeights: Record<Write['kind'], number> = {
  ...weights,
  settle: 2,
  reverse: 5,
  settle_bulk: 2,
  clear: 1,
  write_off: 1,
  set_price: 2,
  cancel_price: 1,
  set_disabled: 0,
  delete_service: 0,
  set_limit: 1,
  set_billing: 2,
  create_grant: 7,
  create_refund: 2,
  void_grant: 3,
  create_hold: 10,
  capture_hold: 9,
  release_hold: 3,
  extend_hold: 3,
};
const [kinds, prepaidKinds] = [kindsBy(weights), kindsBy(prepaidWeights)];

function kindsBy(drawn: Record<Write['kind'], number>): readonly Write['kind'][] {
  return Object.entries(drawn).flatMap(([kind, weight]) =>
    Array.from({ length: weight }, () => kind as Write['kind']),
  );
}

/** The initial books, mostly with priced services and prepaid agents, so that few writes are refused. */
export function drawStart(random: Random, { nowMs }: Model): readonly Sent[] {
  const writes = random.below(4) === 0 ? [] : drawBegun(random, nowMs);
  return tenants.flatMap((tenant) => writes.map((write) => ({ tenant, write, key: undefined })));
}

function drawBegun(random: Random, nowMs: number): readonly Write[] {
  const registered = assets.filter(({ code }) => code !== 'XLM');
  // In half of the runs everything is in one asset, so that grants in it match the usage.
  const common = random.below(2) === 0 ? random.pick(assets) : undefined;
  const inAssets = services.map((serviceId) => ({
    serviceId,
    asset: (common ?? random.pick(assets)).code,
  }));
  const used = assets.map(({ code }) => code).filter((code) => inAssets.some(({ asset }) => asset === code));
  return [
    ...registered.map((asset) => ({ kind: 'put_asset', ...asset }) as const),
    ...inAssets.flatMap((named): Write[] => [
      {
        kind: 'put_service',
        ...named,
        ...random.pick(pricesIn(named.asset, startPrices)),
        ...(random.below(2) === 0 ? {} : { unitScale: random.pick(scales) }),
      },
      ...(random.below(2) === 0 ? [] : [drawNextPrice(random, named, nowMs)]),
    ]),
    ...drawPrepaidStart(random, used, nowMs),
  ];
}

/** A price that takes effect soon. */
function drawNextPrice(
  random: Random,
  { serviceId, asset }: { readonly serviceId: string; readonly asset: string },
  nowMs: number,
): Write {
  const aheadMs = random.pick([1, 1_000, 60 * minuteMs, dayMs]);
  const effectiveFrom = new Date(nowMs + aheadMs).toISOString();
  return { kind: 'set_price', serviceId, ...random.pick(pricesIn(asset, startPrices)), effectiveFrom };
}

/** The next write: mostly a new one, sometimes an earlier one again, or another one under the same key. */
export function drawSent(random: Random, model: Model, seen: Seen, hot: Hot): Sent {
  const again = seen.sent.length > 0 && random.below(6) === 0 ? random.pick(seen.sent) : undefined;
  if (again !== undefined && random.below(4) > 0) return again;
  const near = drawNear(random, hot);
  const { tenant } = near;
  const write = drawWrite(random, model, seen, near);
  return { tenant, write, key: again?.key ?? drawKey(random, model) };
}

/** The account of a write: mostly the hot one, or another account of the same agent, possibly in another asset. */
function drawNear(random: Random, hot: Hot): Hot {
  const far = random.below(12);
  if (far < 2) return drawHot(random);
  return far === 2 ? { ...hot, serviceId: random.pick(services) } : hot;
}

/** There are few keys, so that the two tenants use the same ones. */
function drawKey(random: Random, { nowMs, retentionMs }: Model): string | undefined {
  const kind = random.below(8);
  if (kind === 0) return undefined;
  if (kind < 6) return `key-${random.below(200)}`;
  const agoMs = random.pick([
    0,
    1,
    minuteMs,
    dayMs,
    retentionMs - 1,
    retentionMs,
    retentionMs + 1,
    -5 * minuteMs,
    -5 * minuteMs - 1,
  ]);
  return uuidV7At(nowMs - agoMs, random.below(50));
}

function drawWrite(random: Random, model: Model, seen: Seen, near: Hot): Write {
  const kind = random.pick(near.isPrepaid ? prepaidKinds : kinds);
  const { agent, serviceId } = near;
  switch (kind) {
    case 'usage':
      return { kind, item: drawItem(random, model, near) };
    case 'bulk': {
      const items = Array.from({ length: 1 + random.below(6) }, () => drawItem(random, model, near));
      const wrong = random.below(5) === 0 ? [{ agent, serviceId, requests: 0 }] : [];
      return { kind, items: [...items, ...wrong], isAtomic: random.below(3) === 0 };
    }
    case 'settle':
      return { kind, ...drawSettle(random, model, seen, near) };
    case 'settle_bulk':
      return { kind, agent };
    case 'put_asset':
      return { kind, ...drawnAsset(random) };
    case 'put_services': {
      const items = Array.from({ length: 1 + random.below(3) }, () => drawService(random, near, model));
      return { kind, items };
    }
    case 'put_service':
      return { kind, ...drawService(random, near, model) };
    case 'set_price':
      return { kind, ...drawPrice(random, near, model) };
    case 'cancel_price':
      return { kind, serviceId };
    case 'set_disabled':
      return { kind, serviceId, disabled: random.below(2) === 0 };
    case 'delete_service':
      return { kind, serviceId };
    case 'set_limit':
      return {
        kind,
        name: random.pick(['one', 'other']),
        agent: [undefined, '*', agent][random.below(3)],
        serviceId: [undefined, serviceId][random.below(2)],
        window: random.pick(['day', 'lifetime']),
        max: random.pick([
          { quantity: random.pick(['2', '2.5', '9', '1000004.000001', '3000000', '100000000']) },
          {
            amount: random.pick(['0.0000013', '0.0000026', '0.00001', '0.9', '1800']),
            ...drawAssetOf(random, model, near),
          },
        ]),
      };
    case 'delete_limit':
      return { kind, name: random.pick(['one', 'other']) };
    case 'set_billing':
    case 'create_grant':
    case 'create_refund':
    case 'void_grant':
    case 'create_hold':
    case 'capture_hold':
    case 'release_hold':
    case 'extend_hold':
      return drawPrepaid(random, model, near, kind);
    case 'reverse':
      return {
        kind,
        entryId: drawEntryId(random, model, near),
        ...random.pick([{}, {}, { requests: 1 + random.below(4) }, drawUse(random, model, near)]),
      };
    case 'clear':
      return { kind, agent, serviceId };
    case 'write_off':
      return { kind, agent, serviceId, ...drawExpected(random) };
  }
}

/**
 * Decimal places and asset are sent rarely: after something was recorded, other decimal places are refused, and another
 * asset is always refused.
 */
function drawService(random: Random, near: Hot, model: Model) {
  const price = drawPrice(random, near, model);
  const drawn = { ...price, ...drawServiceAsset(random, model, { ...near, serviceId: price.serviceId }) };
  return random.below(4) > 0 ? drawn : { ...drawn, unitScale: random.pick(scales) };
}

/** Half of the prices have a date: mostly one that passes during the test, and sometimes one that is not accepted. */
function drawPrice(random: Random, near: Hot, model: Model) {
  const { nowMs } = model;
  const serviceId = random.below(3) > 0 ? near.serviceId : random.pick(services);
  const { asset } = booksOf(model, near.tenant).services.get(serviceId) ?? {};
  const aheadMs = random.pick([
    1,
    1_000,
    60 * minuteMs,
    60 * minuteMs,
    dayMs,
    0,
    731 * dayMs,
    731 * dayMs + 1,
  ]);
  return {
    serviceId,
    ...random.pick(random.below(8) > 0 ? pricesIn(asset?.code, prices) : prices),
    ...(random.below(2) === 0 ? {} : { effectiveFrom: new Date(nowMs + aheadMs).toISOString() }),
  };
}

/** The content mostly depends on the number of the id, so most repeated ids are duplicates, and some are conflicts. */
function drawItem(random: Random, model: Model, near: Hot): Item {
  const { agent, serviceId } = near;
  const { nowMs } = model;
  if (random.below(3) > 0)
    return { agent, serviceId, ...drawUse(random, model, near), ...drawTime(random, nowMs) };
  const number = random.below(40);
  const isOther = random.below(12) === 0;
  return {
    id: `id-${number}`,
    agent: agents[number % agents.length] ?? agents[0],
    serviceId: services[(number >> 2) % services.length] ?? services[0],
    quantity: String(1 + (number % 5) + (isOther ? 1 : 0)),
    ...(random.below(6) === 0 ? drawTime(random, nowMs) : {}),
  };
}
