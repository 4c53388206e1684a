import type { Amount } from './amount.ts';
import { availableOf, type Balance, type Grant } from './balance.ts';
import { sumOf } from './balance-moves.ts';
import type { Hold } from './hold.ts';
import type { Movement, MovementKind } from './movement.ts';

/** What moved of one grant, or of the overdraft, by the kind of movement. */
type Sums = Map<MovementKind, Amount>;

/**
 * Audits one balance. The caller passes all of its movements in order, then all of its grants. The audit uses none of
 * the sums that it checks.
 */
export class BalanceAudit {
  readonly #balance: Balance;
  readonly #differences: string[] = [];
  readonly #ofGrants = new Map<string, Sums>();
  readonly #overdraft: Sums = new Map();
  readonly #all: Sums = new Map();
  /** what holds reserve by the movements; those that reserve nothing any more are left out */
  readonly #ofHolds = new Map<string, Amount>();
  #movements = 0;
  #grants = 0;

  constructor(balance: Balance) {
    this.#balance = balance;
  }

  get movements(): number {
    return this.#movements;
  }

  movement({ number, kind, amount, available, grantId, holdId }: Movement): void {
    this.#movements += 1;
    this.#expect(number === this.#movements, `movement ${number} is not number ${this.#movements}`);
    this.#expect(amount > 0n, `movement ${number} moves nothing`);
    add(this.#all, kind, amount);
    add(grantId === undefined ? this.#overdraft : this.#sumsOf(grantId), kind, amount);
    if (holdId !== undefined && kind === 'held') this.#reserve(holdId, amount);
    if (holdId !== undefined && kind === 'released') this.#reserve(holdId, -amount);
    this.#expect(available === this.#available(), `movement ${number} left another amount available`);
  }

  /** To be called after all movements. */
  grant(grant: Grant): void {
    this.#grants += 1;
    const { id, number, kind, amount } = grant;
    this.#expect(number === this.#grants, `grant ${id} is not number ${this.#grants}`);
    const sums = this.#sumsOf(id);
    const of = (wanted: MovementKind) => sums.get(wanted) ?? 0n;
    this.#expect(of(kind === 'refund' ? 'refunded' : 'granted') === amount, `grant ${id} was not made once`);
    this.#expect(
      of('drawn') + of('covered') === grant.drawn,
      `grant ${id}: drawn differs from its movements`,
    );
    this.#expect(of('held') - of('released') === grant.held, `grant ${id}: held differs from its movements`);
    this.#expect(of('voided') === grant.voided, `grant ${id}: voided differs from its movements`);
    this.#expect(of('expired') === grant.expired, `grant ${id}: expired differs from its movements`);
    const used = grant.drawn + grant.held + grant.voided + grant.expired;
    this.#expect(used <= amount, `grant ${id}: more was used than granted`);
    this.#ofGrants.delete(id);
  }

  /** The open holds, to be called after all movements. */
  holds(open: readonly Hold[]): void {
    this.#expect(
      this.#balance.openHolds === open.length,
      `the balance counts ${this.#balance.openHolds} holds`,
    );
    for (const { id, parts } of open) {
      const reserved = this.#ofHolds.get(id) ?? 0n;
      this.#expect(reserved === sumOf(parts), `hold ${id} reserves another amount than its movements`);
      this.#ofHolds.delete(id);
    }
    for (const id of this.#ofHolds.keys()) this.#differences.push(`hold ${id} was not ended once`);
  }

  #reserve(holdId: string, amount: Amount): void {
    const reserved = (this.#ofHolds.get(holdId) ?? 0n) + amount;
    if (reserved === 0n) this.#ofHolds.delete(holdId);
    else this.#ofHolds.set(holdId, reserved);
  }

  /** The differences between the sums of the balance and the recomputed ones. */
  finish(): readonly string[] {
    const balance = this.#balance;
    const of = (kind: MovementKind) => this.#all.get(kind) ?? 0n;
    this.#expect(balance.movements === this.#movements, `the balance counts ${balance.movements} movements`);
    this.#expect(balance.grants === this.#grants, `the balance counts ${balance.grants} grants`);
    this.#expect(this.#ofGrants.size === 0, 'there are movements of grants that do not exist');
    for (const kind of ['granted', 'refunded', 'drawn', 'expired', 'voided'] as const) {
      this.#expect(balance[kind] === of(kind), `${kind} differs from the movements`);
    }
    this.#expect(balance.held === of('held') - of('released'), 'held differs from the movements');
    const uncovered = (this.#overdraft.get('drawn') ?? 0n) - of('covered');
    this.#expect(balance.uncovered === uncovered, 'the overdraft differs from the movements');
    this.#expect(availableOf(balance) === this.#available(), 'what is available differs from the movements');
    return this.#differences;
  }

  #available(): Amount {
    const of = (kind: MovementKind) => this.#all.get(kind) ?? 0n;
    const made = of('granted') + of('refunded');
    return made - of('drawn') - of('expired') - of('voided') - of('held') + of('released');
  }

  #sumsOf(grantId: string): Sums {
    const sums = this.#ofGrants.get(grantId) ?? new Map<MovementKind, Amount>();
    this.#ofGrants.set(grantId, sums);
    return sums;
  }

  #expect(holds: boolean, difference: string): void {
    if (!holds) this.#differences.push(difference);
  }
}

function add(sums: Sums, kind: MovementKind, amount: Amount): void {
  sums.set(kind, (sums.get(kind) ?? 0n) + amount);
}
