import type { Random } from '../harness/seeded-random.ts';
import { drawAssetOf } from './draw-asset.ts';
import { agents, assets, drawTime, type Hot, services } from './draw-names.ts';
import { drawUse } from './draw-use.ts';
import { assetOf } from './known-assets.ts';
import { booksOf, type Model } from './model.ts';
import { pursesOf } from './prepaid.ts';
import { amountText } from './prepaid-text.ts';
import { availableIn } from './purse.ts';
import type { ModelHold } from './purse-types.ts';
import { quantityBody, type Use } from './units.ts';
import type { GrantWrite, HoldWrite, PrepaidWrite, RefundWrite, Write } from './write.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 86_400_000;
const unknownId = 'unknown';

/** Amounts near the price of a few requests, below a stroop, and above the price of anything in this test. */
const amounts = ['0.0000001', '0.0000013', '0.0000026', '0.00000000000000001', '1.5', '2000'] as const;
const overdrafts = ['0', '0', '0.0000007', '3', '1000000'] as const;

export function drawPrepaid(
  random: Random,
  model: Model,
  near: Hot,
  kind: PrepaidWrite['kind'],
): PrepaidWrite {
  const { agent } = near;
  switch (kind) {
    case 'set_billing':
      return drawBilling(random, model, near);
    case 'create_grant':
      return { kind, ...drawGrant(random, model, near) };
    case 'create_refund':
      return { kind, ...drawRefund(random, model, near) };
    case 'void_grant': {
      const purses = pursesOf(booksOf(model, near.tenant), agent);
      const grants = purses.flatMap((purse) => purse.grants.slice(-4));
      const ids = grants.flatMap(({ id }) => id ?? []);
      return { kind, agent, grantId: random.pick([unknownId, ...ids, ...ids]) };
    }
    case 'create_hold':
      return { kind, ...drawHold(random, model, near) };
    case 'capture_hold': {
      const { holdId, hold } = drawHoldId(random, model, near);
      const use =
        random.below(3) === 0 && hold?.requests !== undefined ? useOf(hold) : drawUse(random, model, near);
      const id = random.below(4) === 0 ? { id: `id-${random.below(60)}` } : {};
      return {
        kind,
        holdId,
        ...use,
        ...id,
        ...(random.below(4) === 0 ? drawTime(random, model.nowMs) : {}),
      };
    }
    case 'release_hold':
      return { kind, holdId: drawHoldId(random, model, near).holdId };
    case 'extend_hold': {
      const expiresInMs = random.pick([1_000, minuteMs, hourMs, 7 * dayMs]);
      return { kind, holdId: drawHoldId(random, model, near).holdId, expiresInMs };
    }
  }
}

/**
 * Makes half of the agents prepaid, and grants them something in each asset of a service, partly with an expiry. There
 * may also be a limit.
 */
export function drawPrepaidStart(random: Random, used: readonly string[], nowMs: number): readonly Write[] {
  const expiresAt = (ms: number) => new Date(nowMs + ms).toISOString();
  const granted = agents.slice(0, 2).flatMap((agent): readonly Write[] => [
    {
      kind: 'set_billing',
      agent,
      policy: { mode: 'prepaid', overdraft: random.pick(overdrafts), asset: random.pick(used) },
    },
    ...used.flatMap((asset): readonly Write[] => [
      { kind: 'create_grant', agent, asset, amount: random.pick(['0.0000026', '0.0001', '0.1', '2000']) },
      ...[2 * dayMs, hourMs].map(
        (ms) =>
          ({
            kind: 'create_grant',
            agent,
            asset,
            amount: random.pick(['0.0000031', '0.001']),
            expiresAt: expiresAt(ms),
          }) as const,
      ),
    ]),
  ]);
  if (random.below(2) === 0) return granted;
  const max = random.pick([
    { quantity: random.pick(['9', '30.5', '1000020', '4000000']) },
    { amount: random.pick(['0.0000019', '0.00002', '1', '3600']), asset: random.pick(used) },
  ]);
  const limit = { agent: random.below(2) === 0 ? undefined : '*', serviceId: undefined, max } as const;
  return [...granted, { kind: 'set_limit', name: 'one', window: random.pick(['day', 'lifetime']), ...limit }];
}

/** The default policy is set rarely, so that most agents remain postpaid. */
function drawBilling(random: Random, model: Model, near: Hot): PrepaidWrite {
  const { agent } = near;
  const overdraft = { overdraft: random.pick(overdrafts), ...drawAssetOf(random, model, near) };
  if (random.below(8) === 0) {
    const mode = random.below(4) === 0 ? 'prepaid' : 'postpaid';
    return { kind: 'set_billing', agent: undefined, policy: { mode, ...overdraft } };
  }
  const mode = random.below(3) > 0 ? 'prepaid' : 'postpaid';
  return { kind: 'set_billing', agent, policy: random.below(6) === 0 ? undefined : { mode, ...overdraft } };
}

/** The content mostly depends on the number of the id: see `drawItem`. */
function drawGrant(random: Random, model: Model, near: Hot): GrantWrite {
  const { agent } = near;
  if (random.below(3) === 0) {
    const number = random.below(30);
    const isOther = random.below(10) === 0;
    return {
      agent: agents[number % agents.length] ?? agents[0],
      amount: amounts[(number + (isOther ? 1 : 0)) % amounts.length] ?? amounts[0],
      ...assetOfNumber(number),
      id: `grant-${number}`,
    };
  }
  const { nowMs } = model;
  const inMs = random.pick([0, 1, hourMs, hourMs, 2 * hourMs, dayMs, 2 * dayMs]);
  return {
    agent,
    amount: random.pick(amounts),
    ...drawAssetOf(random, model, near),
    ...(random.below(3) === 0 ? { priority: random.pick([0, 100, 1_000]) } : {}),
    ...(random.below(2) === 0 ? { expiresAt: new Date(nowMs + inMs).toISOString() } : {}),
  };
}

function assetOfNumber(number: number): { readonly asset: string } {
  return { asset: (assets[number % assets.length] ?? assets[0]).code };
}

/** The id may be that of a grant. */
function drawRefund(random: Random, model: Model, near: Hot): RefundWrite {
  const { agent } = near;
  const number = random.below(30);
  const isNamed = random.below(3) === 0;
  return {
    agent: isNamed ? (agents[number % agents.length] ?? agents[0]) : agent,
    amount: isNamed ? (amounts[number % amounts.length] ?? amounts[0]) : random.pick(amounts),
    reason: random.below(8) === 0 ? 'broken' : 'late',
    ...(isNamed ? { id: `grant-${number}`, ...assetOfNumber(number) } : drawAssetOf(random, model, near)),
  };
}

/** Sometimes the hold is for everything that is available. */
function drawHold(random: Random, model: Model, near: Hot): HoldWrite {
  const { agent, serviceId } = near;
  const books = booksOf(model, near.tenant);
  const { code } = assetOf(books, serviceId);
  const purse = pursesOf(books, agent).find(({ asset }) => asset === code);
  const available = purse === undefined ? 0n : availableIn(purse);
  const rest = available > 0n && available < 10n ** 36n ? [amountText(available)] : [];
  const wanted =
    random.below(2) === 0
      ? drawUse(random, model, near)
      : { amount: random.pick([...amounts, ...rest, ...rest]) };
  const time =
    random.below(2) === 0 ? {} : { expiresInMs: random.pick([1_000, hourMs, 2 * hourMs, dayMs, 7 * dayMs]) };
  if (random.below(3) > 0) return { agent, serviceId, ...wanted, ...time };
  const number = random.below(30);
  return {
    id: `hold-${number}`,
    agent: agents[number % agents.length] ?? agents[0],
    serviceId: services[(number >> 2) % services.length] ?? services[0],
    quantity: String(1 + (number % 3) + (random.below(10) === 0 ? 1 : 0)),
    ...time,
  };
}

/** Everything that a hold reserves. */
function useOf({ requests = 1, scale }: ModelHold): Use {
  return scale === 0 ? { requests } : quantityBody(requests, { scale });
}

/** A hold that a client has seen: mostly an open one. */
function drawHoldId(
  random: Random,
  model: Model,
  near: Hot,
): { readonly holdId: string; readonly hold?: ModelHold } {
  const books = booksOf(model, near.tenant);
  const all = [...books.purses.values()].flatMap((purse) => purse.holds);
  const own = random.below(6) > 0 ? pursesOf(books, near.agent).flatMap(({ holds }) => holds) : [];
  const holds = (own.length > 0 ? own : all).slice(-12);
  const open = holds.filter(({ state }) => state === 'open');
  const likely = open.length > 0 && random.below(4) > 0 ? open : holds;
  if (likely.length === 0 || random.below(12) === 0) return { holdId: unknownId };
  const hold = random.pick(likely);
  return hold.id === undefined ? { holdId: unknownId } : { holdId: hold.id, hold };
}
