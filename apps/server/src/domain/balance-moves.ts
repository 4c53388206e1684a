import type { Amount } from './amount.ts';
import {
  availableOf,
  type Balance,
  byDrawOrder,
  freeOf,
  type Grant,
  isExpired,
  type OwnedGrant,
  restOf,
} from './balance.ts';
import type { Movement, MovementKind } from './movement.ts';

/** A grant as it is made. */
export type NewGrant = Pick<
  Grant,
  'id' | 'kind' | 'amount' | 'priority' | 'expiresAtMs' | 'note' | 'reversalId'
>;

/** The entry and the hold that a movement belongs to. */
interface MovedFor {
  readonly entryId?: string | undefined;
  readonly holdId?: string | undefined;
}

/** What a hold reserves of one grant, by its number; without one, of the overdraft. */
export interface HeldPart {
  readonly grant: number | undefined;
  readonly amount: Amount;
}

/**
 * Moves amounts of one balance, and records each movement. It does not change the balance that it begins with. An
 * overdraft is covered as soon as possible, so no amount is uncovered while a grant has free money.
 */
export class BalanceMoves {
  readonly #nowMs: number;
  readonly #movements: Movement[] = [];
  readonly #changed = new Map<number, Grant>();
  #balance: Balance;

  constructor(balance: Balance, nowMs: number) {
    this.#balance = balance;
    this.#nowMs = nowMs;
  }

  /** The balance as it is now. */
  get balance(): Balance {
    return this.#balance;
  }

  get movements(): readonly Movement[] {
    return this.#movements;
  }

  /** The grants that changed, as they are now, also those that are used up now. */
  get owned(): readonly OwnedGrant[] {
    const { agent, asset } = this.#balance;
    return [...this.#changed.values()].map((grant) => ({ agent, asset, grant }));
  }

  grant(made: NewGrant, why: MovedFor = {}): Grant {
    const number = this.#balance.grants + 1;
    const fresh = { drawn: 0n, held: 0n, voided: 0n, expired: 0n };
    const grant: Grant = { ...made, ...fresh, number, grantedAtMs: this.#nowMs };
    const isRefund = grant.kind === 'refund';
    const { granted, refunded } = this.#balance;
    this.#balance = {
      ...this.#balance,
      grants: number,
      granted: isRefund ? granted : granted + grant.amount,
      refunded: isRefund ? refunded + grant.amount : refunded,
      open: [...this.#balance.open, grant].sort(byDrawOrder),
    };
    this.#changed.set(number, grant);
    this.#note(isRefund ? 'refunded' : 'granted', grant.amount, grant.id, why, this.#nowMs);
    this.#cover(this.#nowMs);
    return this.#changed.get(number) ?? grant;
  }

  /** Voids what is left of a grant and no hold reserves. */
  void(grant: Grant): Amount {
    const amount = freeOf(grant);
    if (amount === 0n) return amount;
    this.#balance = { ...this.#balance, voided: this.#balance.voided + amount };
    this.#put({ ...grant, voided: grant.voided + amount });
    this.#note('voided', amount, grant.id, {}, this.#nowMs);
    return amount;
  }

  /** Draws an amount: of what is free, in the order of grants, and what is left of it as an overdraft. */
  draw(amount: Amount, why: MovedFor): void {
    let left = amount;
    for (const grant of this.#balance.open) {
      if (left === 0n) return;
      const part = least(freeOf(grant), left);
      if (part === 0n) continue;
      this.#drawFrom(grant, part, why);
      left -= part;
    }
    if (left === 0n) return;
    const { drawn, uncovered } = this.#balance;
    this.#balance = { ...this.#balance, drawn: drawn + left, uncovered: uncovered + left };
    this.#note('drawn', left, undefined, why, this.#nowMs);
  }

  #drawFrom(grant: Grant, amount: Amount, why: MovedFor): void {
    this.#balance = { ...this.#balance, drawn: this.#balance.drawn + amount };
    this.#put({ ...grant, drawn: grant.drawn + amount });
    this.#note('drawn', amount, grant.id, why, this.#nowMs);
  }

  /** Reserves an amount for a hold, as a draw would take it. */
  hold(amount: Amount, holdId: string): readonly HeldPart[] {
    this.#balance = { ...this.#balance, openHolds: this.#balance.openHolds + 1 };
    const parts: HeldPart[] = [];
    let left = amount;
    for (const grant of this.#balance.open) {
      const part = least(freeOf(grant), left);
      if (part === 0n) continue;
      this.#balance = { ...this.#balance, held: this.#balance.held + part };
      this.#put({ ...grant, held: grant.held + part });
      this.#note('held', part, grant.id, { holdId }, this.#nowMs);
      parts.push({ grant: grant.number, amount: part });
      left -= part;
    }
    if (left === 0n) return parts;
    this.#balance = { ...this.#balance, held: this.#balance.held + left };
    this.#note('held', left, undefined, { holdId }, this.#nowMs);
    return [...parts, { grant: undefined, amount: left }];
  }

  /** Ends the reservation of a hold. What it held of a grant that has expired meanwhile expires at once. */
  release(parts: readonly HeldPart[], why: MovedFor, atMs: number): void {
    this.capture(parts, 0n, why, atMs);
  }

  /**
   * Ends the reservation of a hold, and draws an amount: first of what it held, also of a grant that has expired
   * meanwhile, then as a draw does.
   */
  capture(parts: readonly HeldPart[], amount: Amount, why: MovedFor, atMs: number = this.#nowMs): void {
    this.#balance = { ...this.#balance, openHolds: this.#balance.openHolds - 1 };
    let left = amount;
    for (const part of parts) {
      this.#free(part, why, atMs);
      const grant = this.#balance.open.find(({ number }) => number === part.grant);
      if (grant === undefined || left === 0n) continue;
      const drawn = least(part.amount, left);
      this.#drawFrom(grant, drawn, why);
      left -= drawn;
    }
    this.expire(atMs);
    this.draw(left, why);
    this.#cover(atMs);
  }

  #free({ grant: number, amount }: HeldPart, why: MovedFor, atMs: number): void {
    this.#balance = { ...this.#balance, held: this.#balance.held - amount };
    const grant = this.#balance.open.find((one) => one.number === number);
    if (grant !== undefined) this.#put({ ...grant, held: grant.held - amount });
    this.#note('released', amount, grant?.id, why, atMs);
  }

  /** Expires all free money of grants whose expiry has passed. */
  expire(atMs: number): void {
    for (const grant of this.#balance.open) {
      if (isExpired(grant, atMs)) this.#expireFree(grant, grant.expiresAtMs ?? atMs);
    }
  }

  #expireFree(grant: Grant, atMs: number): void {
    const amount = freeOf(grant);
    if (amount === 0n) return;
    this.#balance = { ...this.#balance, expired: this.#balance.expired + amount };
    this.#put({ ...grant, expired: grant.expired + amount });
    this.#note('expired', amount, grant.id, {}, atMs);
  }

  /** Covers overdrafts with free money of grants. */
  #cover(atMs: number): void {
    for (const grant of this.#balance.open) {
      const { uncovered } = this.#balance;
      if (uncovered === 0n) return;
      const amount = least(freeOf(grant), uncovered);
      if (amount === 0n) continue;
      this.#balance = { ...this.#balance, uncovered: uncovered - amount };
      this.#put({ ...grant, drawn: grant.drawn + amount });
      this.#note('covered', amount, grant.id, {}, atMs);
    }
  }

  /** A grant as it is now; one that is used up is open no more. */
  #put(grant: Grant): void {
    this.#changed.set(grant.number, grant);
    const { open } = this.#balance;
    const at = open.findIndex(({ number }) => number === grant.number);
    const isOpen = restOf(grant) > 0n;
    this.#balance = { ...this.#balance, open: isOpen ? open.with(at, grant) : open.toSpliced(at, 1) };
  }

  #note(
    kind: MovementKind,
    amount: Amount,
    grantId: string | undefined,
    { entryId, holdId }: MovedFor,
    atMs: number,
  ): void {
    const number = this.#balance.movements + 1;
    this.#balance = { ...this.#balance, movements: number };
    const { agent, asset } = this.#balance;
    const available = availableOf(this.#balance);
    const recordedAtMs = this.#nowMs;
    this.#movements.push({
      agent,
      asset,
      number,
      kind,
      amount,
      available,
      grantId,
      entryId,
      holdId,
      atMs,
      recordedAtMs,
    });
  }
}

function least(a: Amount, b: Amount): Amount {
  return a < b ? a : b;
}

/** What parts come to. */
export function sumOf(parts: readonly HeldPart[]): Amount {
  return parts.reduce((sum, { amount }) => sum + amount, 0n);
}
