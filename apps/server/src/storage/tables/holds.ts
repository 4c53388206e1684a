import type { HeldPart } from '../../domain/balance-moves.ts';
import { holdStates } from '../../domain/hold.ts';
import { coded, count, fixed, flag, id, key, literal, named, optional, table, text } from '../table.ts';
import { exactAmount } from './balances.ts';

/** What a hold reserves, as JSON: pairs of the number of a grant (null for the overdraft) and an amount. */
const heldParts = coded<readonly HeldPart[]>(
  (stored) => {
    const pairs: unknown = JSON.parse(stored);
    return Array.isArray(pairs) ? pairs.map(parsePart) : [];
  },
  (parts) => JSON.stringify(parts.map(({ grant, amount }) => [grant ?? null, String(amount)])),
);

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
    isPrepaid: fixed(flag()),
    parts: fixed(heldParts),
    createdAtMs: fixed(count()),
    expiresAtMs: count(),
    state: literal(holdStates),
    endedAtMs: optional(count()),
    wasLapsed: flag(),
    entryId: optional(named('entry', id())),
    captured: optional(exactAmount()),
  },
});
