import { xlm } from './assets.ts';
import {
  done,
  type Expected,
  type ModelBooks,
  type Moment,
  type Observed,
  refused,
  type WriteOf,
} from './books.ts';
import { assetCalled } from './known-assets.ts';
import { amountOf, amountText } from './prepaid-text.ts';
import { availableIn, cover, draw, freeOf, passTime } from './purse.ts';
import type { ModelGrant, ModelPolicy, ModelPurse, PurseName } from './purse-types.ts';

const grantsOpenMax = 100;
/** A refund is used before every grant. */
const refundPriority = -1;

/** The purse of an agent in an asset, in its current state. */
export function purseOf(books: ModelBooks, { agent, asset }: PurseName, nowMs: number): ModelPurse {
  const { purses } = books;
  const name = `${agent} ${asset}`;
  const purse = purses.get(name) ?? { agent, asset, grants: [], holds: [], uncovered: 0n };
  purses.set(name, purse);
  passTimeOf(books, agent, nowMs);
  return purse;
}

/** Makes the lapses and expiries of an agent up to now permanent, in every asset. */
export function passTimeOf(books: ModelBooks, agent: string, nowMs: number): void {
  for (const purse of pursesOf(books, agent)) passTime(purse, nowMs);
}

export function pursesOf({ purses }: ModelBooks, agent: string): readonly ModelPurse[] {
  return [...purses.values()].filter((purse) => purse.agent === agent);
}

/** The policy under '' is the default for agents without one. */
export function policyOf({ policies }: ModelBooks, agent: string): ModelPolicy {
  return policies.get(agent) ?? policies.get('') ?? { mode: 'postpaid', overdraft: 0n, asset: xlm.code };
}

/** The overdraft in an asset: how far below 0 the available amount may go. */
export function overdraftIn({ asset, overdraft }: ModelPolicy, wanted: string): bigint {
  return asset === wanted ? overdraft : 0n;
}

/** The reason why an amount, of which a part is already reserved, cannot be drawn or held. */
export function tooLittle(
  purse: ModelPurse,
  required: bigint,
  reserved: bigint,
  policy: ModelPolicy,
): ReturnType<typeof refused> | undefined {
  const { asset } = purse;
  const overdraft = overdraftIn(policy, asset);
  const available = availableIn(purse) + reserved;
  if (required <= reserved || available + overdraft >= required) return undefined;
  return refused('insufficient_balance', {
    asset,
    available: amountText(available),
    overdraft: amountText(overdraft),
    required: amountText(required),
  });
}

/** Returns the amount that was drawn for usage that is reversed. */
export function refund(books: ModelBooks, name: PurseName, amount: bigint, nowMs: number): void {
  if (amount <= 0n) return;
  const returned = { id: undefined, kind: 'refund', amount, priority: refundPriority } as const;
  addGrant(purseOf(books, name, nowMs), { ...returned, note: undefined, isReturned: true });
}

interface NewGrant extends Pick<ModelGrant, 'id' | 'kind' | 'amount' | 'priority' | 'note' | 'isReturned'> {
  readonly expiresAtMs?: number | undefined;
}

function addGrant(purse: ModelPurse, { expiresAtMs, ...made }: NewGrant): ModelGrant {
  const number = purse.grants.length + 1;
  const grant = { ...made, number, expiresAtMs, drawn: 0n, voided: 0n, expired: 0n };
  purse.grants.push(grant);
  cover(purse);
  return grant;
}

export function grantBody(purse: ModelPurse, grant: ModelGrant) {
  const { id, number, kind, amount, priority, note, expiresAtMs, drawn, voided, expired } = grant;
  const free = freeOf(purse, grant);
  const left = amount - drawn - voided - expired;
  return {
    id,
    agent: purse.agent,
    asset: purse.asset,
    number,
    kind,
    amount: amountText(amount),
    priority,
    note: note ?? null,
    expiresAt: expiresAtMs === undefined ? null : new Date(expiresAtMs).toISOString(),
    left: amountText(left),
    held: amountText(left - free),
    drawn: amountText(drawn),
    voided: amountText(voided),
    expired: amountText(expired),
  };
}

export function createGrant(books: ModelBooks, write: WriteOf<'create_grant'>, moment: Moment): Expected {
  const { agent, asset = xlm.code, id, priority = 100, expiresAt } = write;
  const expiresAtMs = expiresAt === undefined ? undefined : Date.parse(expiresAt);
  const made = { id, kind: 'grant', amount: amountOf(write.amount), priority, expiresAtMs } as const;
  return make(books, { agent, asset }, { ...made, note: undefined, isReturned: false }, moment);
}

/** Makes a refund that no reversal caused: it does not expire, and has a reason. */
export function createRefund(
  books: ModelBooks,
  { agent, asset = xlm.code, id, amount, reason }: WriteOf<'create_refund'>,
  moment: Moment,
): Expected {
  const made = { id, kind: 'refund', amount: amountOf(amount), priority: refundPriority } as const;
  return make(books, { agent, asset }, { ...made, note: reason, isReturned: false }, moment);
}

function make(books: ModelBooks, name: PurseName, made: NewGrant, moment: Moment): Expected {
  const { id, kind, amount, priority, expiresAtMs, note } = made;
  const purse = purseOf(books, name, moment.nowMs);
  const known = id === undefined ? undefined : grantCalled(books, id);
  if (known !== undefined) {
    const { grant } = known;
    const isSame =
      known.purse === purse &&
      grant.kind === kind &&
      grant.note === note &&
      grant.amount === amount &&
      grant.priority === priority &&
      grant.expiresAtMs === expiresAtMs;
    if (!isSame) return refused('grant_id_conflict');
    return done(200, { ...grantBody(purse, grant), available: amountText(availableIn(purse)) });
  }
  if (moment.gate !== undefined) return refused(moment.gate);
  if (assetCalled(books, name.asset) === undefined) return refused('unknown_asset');
  if (expiresAtMs !== undefined && expiresAtMs <= moment.nowMs) return refused('invalid_request');
  const isOpen = (grant: ModelGrant) =>
    grant.kind === 'grant' && grant.amount > grant.drawn + grant.voided + grant.expired;
  if (kind === 'grant' && purse.grants.filter(isOpen).length >= grantsOpenMax)
    return refused('limit_exceeded');
  const grant = addGrant(purse, made);
  const body = { ...grantBody(purse, grant), available: amountText(availableIn(purse)) };
  return done(201, body, (observed) => learnId(books, grant, observed));
}

function grantCalled({ purses }: ModelBooks, id: string) {
  for (const purse of purses.values()) {
    const grant = purse.grants.find((one) => one.id === id);
    if (grant !== undefined) return { purse, grant };
  }
  return undefined;
}

/** Learns the id from the server. No other grant or hold may have it. */
export function learnId(books: ModelBooks, made: { id: string | undefined }, { json }: Observed): boolean {
  if (made.id !== undefined) return made.id === json.id;
  const known = [...books.purses.values()].flatMap(({ grants, holds }) => [...grants, ...holds]);
  if (typeof json.id !== 'string' || known.some(({ id }) => id === json.id)) return false;
  made.id = json.id;
  return true;
}

export function voidGrant(books: ModelBooks, write: WriteOf<'void_grant'>, moment: Moment): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { agent, grantId } = write;
  const known = grantCalled(books, grantId);
  if (known?.purse.agent !== agent) return refused('not_found');
  const { purse, grant } = known;
  passTimeOf(books, agent, moment.nowMs);
  const voidedNow = freeOf(purse, grant);
  grant.voided += voidedNow;
  const available = amountText(availableIn(purse));
  return done(200, { ...grantBody(purse, grant), available, voidedNow: amountText(voidedNow) });
}

/** Sets or removes the policy of an agent. Without an agent, it is the default policy. */
export function setBilling(books: ModelBooks, write: WriteOf<'set_billing'>, { gate }: Moment): Expected {
  if (gate !== undefined) return refused(gate);
  const { agent = '', policy } = write;
  const wantedAsset = policy?.asset ?? xlm.code;
  if (assetCalled(books, wantedAsset) === undefined) return refused('unknown_asset');
  if (policy === undefined) books.policies.delete(agent);
  else
    books.policies.set(agent, {
      mode: policy.mode,
      overdraft: amountOf(policy.overdraft),
      asset: wantedAsset,
    });
  const { mode, overdraft, asset } = policyOf(books, agent);
  return done(200, { mode, overdraft: amountText(overdraft), asset });
}

/** How usage is paid for: refused, due with a later bill (`drawn` is `undefined`), or drawn now. */
export interface Paid {
  readonly refusal?: ReturnType<typeof refused> | undefined;
  readonly drawn?: bigint | undefined;
}

/** Pays for usage of an agent from its purse in the asset of the service, if the agent is prepaid. */
export function pay(books: ModelBooks, name: PurseName, cost: bigint | undefined, nowMs: number): Paid {
  const policy = policyOf(books, name.agent);
  if (policy.mode === 'postpaid') return { drawn: undefined };
  if (cost === undefined) return { refusal: refused('service_unpriced') };
  const purse = purseOf(books, name, nowMs);
  const refusal = tooLittle(purse, cost, 0n, policy);
  if (refusal !== undefined) return { refusal };
  draw(purse, cost);
  return { drawn: cost };
}
