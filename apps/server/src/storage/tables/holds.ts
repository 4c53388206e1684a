import type { HeldPart } from '../../domain/balance-moves.ts';
import type { HeldCount, HeldWindow } from '../../domain/held-count.ts';
import { holdStates } from '../../domain/hold.ts';
import {
  coded,
  count,
  fixed,
  flag,
  id,
  key,
  literal,
  named,
  optional,
  small,
  table,
  text,
} from '../table.ts';
import { exactAmount } from './balances.ts';

/** What a hold reserves, as JSON: pairs of the number of a grant (null for the overdraft) and an amount. */
const heldParts = coded<readonly HeldPart[]>(
  (stored) => {
    const pairs: unknown = JSON.parse(stored);
    return Array.isArray(pairs) ? pairs.map(parsePart) : [];
  },
  (parts) => JSON.stringify(parts.map(({ grant, amount }) => [grant ?? null, String(amount)])),
);

/**
 * What a hold counts for limits, as JSON: the quantity, what is kept of it, when it was returned, and the windows. Where limits of money
 * count it, the first two are pairs, of the quantity and of what it costs.
 */
const heldCount = coded<HeldCount>(
  (stored) => {
    const [first, second, returnedAtMs, ...windows]: readonly unknown[] = JSON.parse(stored);
    const [quantity = 0n, cost] = parseMeasures(first);
    const [kept, keptCost] = parseMeasures(second);
    return {
      quantity,
      ...(cost === undefined ? {} : { cost }),
      kept,
      ...(keptCost === undefined ? {} : { keptCost }),
      returnedAtMs: returnedAtMs === null ? undefined : Number(returnedAtMs),
      windows: windows.map(parseWindow),
    };
  },
  ({ quantity, cost, kept, keptCost, returnedAtMs, windows }) =>
    JSON.stringify([
      measuresText(quantity, cost),
      kept === undefined ? null : measuresText(kept, keptCost),
      returnedAtMs ?? null,
      ...windows.map(({ limitId, startMs }) => [limitId, startMs]),
    ]),
);

/** One number, or a pair of them; null for none. */
function parseMeasures(stored: unknown): readonly (bigint | undefined)[] {
  if (stored === null) return [];
  return (Array.isArray(stored) ? stored : [stored]).map((one: unknown) => BigInt(String(one)));
}

function measuresText(quantity: bigint, cost: bigint | undefined): string | readonly string[] {
  return cost === undefined ? String(quantity) : [String(quantity), String(cost)];
}

function parseWindow(pair: unknown): HeldWindow {
  const [limitId, startMs]: readonly unknown[] = Array.isArray(pair) ? pair : [];
  return { limitId: String(limitId), startMs: Number(startMs) };
}

function parsePart(pair: unknown): HeldPart {
  const [grant, amount]: readonly unknown[] = Array.isArray(pair) ? pair : [];
  return { grant: typeof grant === 'number' ? grant : undefined, amount: BigInt(String(amount)) };
}

/** Holds. */
export const holds = table({
  name: 'holds',
  place: { tenant: text() },
  columns: {
    id: key(text()),
    place: fixed(id()),
    agent: fixed(text()),
    serviceId: fixed(text()),
    asset: fixed(text()),
    amount: fixed(exactAmount()),
    requests: fixed(optional(count())),
    unitScale: fixed(small()),
    isPrepaid: fixed(flag()),
    parts: fixed(heldParts),
    counted: optional(heldCount),
    createdAtMs: fixed(count()),
    expiresAtMs: count(),
    state: literal(holdStates),
    endedAtMs: optional(count()),
    wasLapsed: flag(),
    entryId: optional(named('entry', id())),
    captured: optional(exactAmount()),
  },
});
