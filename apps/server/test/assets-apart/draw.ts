import type { Amount } from '../../src/domain/amount.ts';
import { statedPrice } from '../../src/http/read-price.ts';
import type { Random } from '../harness/seeded-random.ts';
import type { Apart, AssetWrite, EachWrite } from './apart.ts';
import { assets } from './assets.ts';

export const agents = ['a', 'b'] as const;

const kinds = ['flat', 'graduated', 'packages'] as const;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
/** 10^-18 of an asset */
const unit = 10n ** 18n;

/** Amounts near the atoms of the assets, near the price of a few requests, and more than everything. */
const amounts: readonly Amount[] = [unit / 1_000_000n, unit / 3n, 7n * unit, 20n * unit, 60n * unit];
const prices = [
  { price: '0.15', per: 1_000_000 },
  { price: '0.333333', per: 1 },
  { price: '1.5', per: 1 },
  { price: '0.000000000001', per: 1 },
] as const;

const serviceOf = (asset: string, kind: string) => `${kind}-${asset}`;

/** Registers the assets and their services, and grants something in each asset. */
export function drawStart(random: Random, nowMs: number): readonly (AssetWrite | EachWrite)[] {
  const registered = assets.filter(({ code }) => code !== 'XLM');
  return [
    ...registered.map((asset) => ({ each: () => ({ kind: 'put_asset', asset }) as const })),
    ...assets.flatMap(({ code }) => kinds.map((kind) => drawService(random, code, kind))),
    drawBilling(random, 'prepaid'),
    ...assets.flatMap(({ code }) => [
      drawGrant(random, code, 'a', nowMs),
      drawGrant(random, code, 'a', nowMs),
      drawLimit(random, code),
    ]),
  ];
}

function drawService(random: Random, asset: string, kind: (typeof kinds)[number]): AssetWrite {
  const sent = {
    flat: random.pick(prices),
    graduated: {
      tiers: [{ upTo: 4, price: '0' }, { upTo: 9, price: '0.7' }, { price: '0.25' }],
      period: random.pick(['day', 'month', 'lifetime'] as const),
    },
    packages: { tiers: [{ price: '2.5', package: 3 }], period: 'lifetime' as const },
  }[kind];
  const put = { kind: 'put_service', serviceId: serviceOf(asset, kind), metadata: undefined } as const;
  return { asset, command: () => ({ ...put, stated: statedPrice(sent), asset }) };
}

/** The amounts of a policy are in one asset. In the others there is no overdraft. */
function drawBilling(random: Random, mode: 'prepaid' | 'postpaid'): EachWrite {
  const own = random.pick(assets).code;
  const overdraft = random.pick([0n, 2n * unit, 30n * unit]);
  return {
    each: (asset) => ({
      kind: 'set_billing',
      agent: 'a',
      policy: {
        mode,
        asset: asset ?? own,
        overdraft: asset === undefined || asset === own ? overdraft : 0n,
        lowAt: [],
      },
    }),
  };
}

function drawGrant(random: Random, asset: string, agent: string, nowMs: number): AssetWrite {
  const number = random.below(1_000);
  const expiresAtMs = [undefined, undefined, nowMs + hourMs, nowMs + 2 * dayMs][random.below(4)];
  const amount = random.pick(amounts);
  const priority = random.pick([0, 100]);
  const grantId = `grant-${asset}-${number}`;
  return {
    asset,
    command: () => ({
      kind: 'create_grant',
      ...{ agent, asset, amount, priority, expiresAtMs, grantId, note: undefined },
    }),
  };
}

/** Draws a limit that counts the usage of all agents in an asset together, or of each agent separately. */
function drawLimit(random: Random, asset: string): AssetWrite {
  const max = random.pick([3n * unit, 20n * unit, 400n * unit]);
  const agent = [undefined, '*', 'a'][random.below(3)];
  const window = random.pick(['day', 'lifetime'] as const);
  const rest = { apiKeyPrefix: undefined, serviceId: undefined, action: 'refuse', notifyAt: [] } as const;
  const name = `limit-${asset}`;
  return { asset, command: () => ({ kind: 'set_limit', name, agent, window, max, asset, ...rest }) };
}

export function drawWrite(random: Random, apart: Apart, nowMs: number): AssetWrite | EachWrite {
  const asset = random.pick(assets).code;
  const agent = random.below(4) > 0 ? 'a' : 'b';
  const serviceId = serviceOf(asset, random.pick(kinds));
  const number = random.below(1_000);
  const made = (apart.held.get(asset) ?? []).slice(-4);
  // Sometimes this is a hold that was already sent, or one that does not exist.
  const holdId = made.length > 0 && random.below(8) > 0 ? random.pick(made) : `hold-${asset}-${number}`;
  switch (random.below(18)) {
    case 0:
      return drawBilling(random, random.below(4) > 0 ? 'prepaid' : 'postpaid');
    case 1:
    case 2:
      return drawGrant(random, asset, agent, nowMs);
    case 3: {
      const grantId = `grant-${asset}-${random.below(1_000)}`;
      const own = apart.granted.get(asset) ?? [];
      const wanted = own.length > 0 ? random.pick(own) : { agent, grantId };
      return { asset, command: () => ({ kind: 'void_grant', ...wanted }) };
    }
    case 4:
      return random.below(3) === 0
        ? drawLimit(random, asset)
        : drawService(random, asset, random.pick(kinds));
    case 5:
    case 6:
    case 7:
    case 17: {
      const amount = random.pick(amounts);
      const requests = 1 + random.below(12);
      const wanted =
        random.below(2) === 0 ? ({ kind: 'use', requests } as const) : ({ kind: 'amount', amount } as const);
      const expiresInMs = random.pick([1_000, hourMs, 7 * dayMs]);
      const wantedId = random.below(8) > 0 ? `hold-${asset}-${number}` : holdId;
      return {
        asset,
        command: () => ({ kind: 'create_hold', agent, serviceId, wanted, expiresInMs, holdId: wantedId }),
      };
    }
    case 8:
    case 9: {
      const requests = 1 + random.below(12);
      const usageId = `capture-${asset}-${number}`;
      return {
        asset,
        command: () => ({ kind: 'capture_hold', holdId, requests, usageId, occurredAtNs: undefined }),
      };
    }
    case 10:
    case 16:
      return { asset, command: () => ({ kind: 'release_hold', holdId }) };
    case 11: {
      const own = apart.recorded.get(asset) ?? [];
      const usageId = own.length > 0 ? random.pick(own) : 'none';
      return {
        asset,
        command: (entryIdOf) => ({ kind: 'reverse_entry', entryId: entryIdOf(usageId), reason: 'wrong' }),
      };
    }
    case 12: {
      const guards = { through: undefined, expectedStroops: undefined, expectedMarks: undefined };
      return { asset, command: () => ({ kind: 'settle', agent, serviceId, ...guards }) };
    }
    default: {
      const usageId = `use-${asset}-${number}`;
      const item = { agent, serviceId, requests: 1 + random.below(12), usageId, occurredAtNs: undefined };
      return { asset, command: () => ({ kind: 'record_usage', item }) };
    }
  }
}
