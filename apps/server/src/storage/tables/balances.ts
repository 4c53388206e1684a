import type { Amount } from '../../domain/amount.ts';
import { freeOf, type Grant, grantKinds, restOf } from '../../domain/balance.ts';
import { type BillingPolicy, billingModes, type NamedPolicy } from '../../domain/billing.ts';
import { movementKinds } from '../../domain/movement.ts';
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
  part,
  type RowOf,
  small,
  table,
  text,
} from '../table.ts';

/** An exact amount, as the digits of a whole number: 64 bits hold only nine of an asset. */
export const exactAmount = () => coded<Amount>((stored) => BigInt(stored), String);

/** The levels of a policy, as JSON. */
const levels = coded<readonly Amount[]>(
  (stored) => parsedTexts(stored).map((level) => BigInt(level)),
  (amounts) => JSON.stringify(amounts.map(String)),
);

function parsedTexts(stored: string): string[] {
  const value: unknown = JSON.parse(stored);
  return Array.isArray(value) ? value.map(String) : [];
}

/** How agents pay. The row of an agent is also the lock of its balances; that of '' is the policy of the tenant. */
export const billing = table({
  name: 'billing',
  place: { tenant: text() },
  columns: {
    agent: key(text()),
    mode: optional(literal(billingModes)),
    asset: optional(text()),
    overdraft: optional(exactAmount()),
    lowAt: optional(levels),
  },
});

/** The sums of each balance. */
export const balances = table({
  name: 'balances',
  place: { tenant: text() },
  columns: {
    agent: key(text()),
    asset: key(text()),
    movements: count(),
    grants: count(),
    granted: exactAmount(),
    refunded: exactAmount(),
    drawn: exactAmount(),
    held: exactAmount(),
    expired: exactAmount(),
    voided: exactAmount(),
    uncovered: exactAmount(),
    openHolds: count(),
    open: part<readonly Grant[]>(),
  },
});

/** Grants, each with what happened to it. */
export const grants = table({
  name: 'grants',
  place: { tenant: text(), agent: text(), asset: text() },
  columns: {
    number: key(count()),
    id: fixed(text()),
    kind: fixed(literal(grantKinds)),
    amount: fixed(exactAmount()),
    priority: fixed(small()),
    expiresAtMs: fixed(optional(count())),
    note: fixed(optional(text())),
    reversalId: fixed(optional(named('reversal', id()))),
    grantedAtMs: fixed(count()),
    drawn: exactAmount(),
    held: exactAmount(),
    voided: exactAmount(),
    expired: exactAmount(),
    /** whether something is left of it */
    isOpen: flag(),
    /** whether something is left of it that no hold reserves */
    isFree: flag(),
  },
});

/** A grant as its row has it. */
export function grantRow(grant: Grant) {
  return { ...grant, isOpen: restOf(grant) > 0n, isFree: freeOf(grant) > 0n };
}

type PolicyRow = RowOf<typeof billing.columns>;

export function policyOf({ mode, asset, overdraft, lowAt }: PolicyRow): BillingPolicy | undefined {
  if (mode === undefined || asset === undefined || overdraft === undefined) return undefined;
  return { mode, asset, overdraft, lowAt: lowAt ?? [] };
}

export function policyRow({ agent, policy }: NamedPolicy): PolicyRow {
  const { mode, asset, overdraft, lowAt } = policy ?? {};
  return { agent, mode, asset, overdraft, lowAt };
}

/** The movements of balances. */
export const movements = table({
  name: 'movements',
  place: { tenant: text() },
  columns: {
    agent: key(text()),
    asset: key(text()),
    number: key(count()),
    kind: literal(movementKinds),
    amount: exactAmount(),
    available: exactAmount(),
    grantId: optional(text()),
    entryId: optional(named('entry', id())),
    holdId: optional(text()),
    atMs: count(),
    recordedAtMs: count(),
  },
});
