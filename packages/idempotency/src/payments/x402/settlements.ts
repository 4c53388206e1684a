import type { CellStore } from '../../cells/cell-store.ts';
import type { Awaitable } from '../../core/store.ts';
import {
  type PendingSettlement,
  parseSettlement,
  type Settlement,
  type SettlementFinding,
} from './settlement.ts';
import type { X402Phase, X402Settled } from './x402-shapes.ts';

/** How long a settlement is remembered: as long as a key. */
const keptMs = 400 * 86_400_000;

/** Looks up the outcome of a settlement. */
export type FindSettlement = (pending: PendingSettlement) => Awaitable<SettlementFinding>;

/** The settlements of payments, each made at most once: durable, and shared by all instances. */
export class Settlements {
  readonly #cells: CellStore;
  readonly #find: FindSettlement | undefined;

  constructor(cells: CellStore, find: FindSettlement | undefined) {
    this.#cells = cells;
    this.#find = find;
  }

  /** The record of a settlement; `undefined` if it never began. */
  async read(payment: string, phase: X402Phase): Promise<Settlement | undefined> {
    const cell = await this.#cells.read(nameOf(payment, phase));
    return cell && parseSettlement(cell.value);
  }

  /** What is known about a settlement. If the outcome is open, the application is asked to look it up. */
  async lookUp(payment: string, phase: X402Phase, paymentPayload: unknown): Promise<Settlement | undefined> {
    const name = nameOf(payment, phase);
    const cell = await this.#cells.read(name);
    if (cell === undefined) return undefined;
    const known = parseSettlement(cell.value);
    if (known.state !== 'begun' || this.#find === undefined) return known;
    const { requirements, begunAtMs } = known;
    const found = await this.#find({ paymentPayload, requirements, phase, begunAtMs });
    const next = withFinding(known, found);
    if (next === known) return known;
    const isOurs = await this.#cells.write(name, cell.version, JSON.stringify(next), Date.now() + keptMs);
    return isOurs ? next : this.read(payment, phase);
  }

  /**
   * Records that a payment is about to be settled.
   *
   * @returns the settlement that prevents this: it was settled or may have been, and must not be settled again
   */
  async begin(payment: string, phase: X402Phase, begun: Settlement): Promise<Settlement | undefined> {
    const name = nameOf(payment, phase);
    const cell = await this.#cells.read(name);
    const known = cell && parseSettlement(cell.value);
    if (known !== undefined && known.state !== 'failed') return known;
    const value = JSON.stringify(begun);
    if (await this.#cells.write(name, cell?.version, value, Date.now() + keptMs)) return undefined;
    // Another attempt was faster.
    return (await this.read(payment, phase)) ?? begun;
  }

  /** Records how an attempt ended, unless another one has begun since. */
  async end(
    payment: string,
    phase: X402Phase,
    attempt: string,
    end: { readonly state: 'settled'; readonly result: X402Settled } | { readonly state: 'failed' },
  ): Promise<void> {
    const name = nameOf(payment, phase);
    const cell = await this.#cells.read(name);
    if (cell === undefined) return;
    const begun = parseSettlement(cell.value);
    if (begun.attempt !== attempt || begun.state === 'settled') return;
    await this.#cells.write(name, cell.version, JSON.stringify({ ...begun, ...end }), Date.now() + keptMs);
  }
}

function withFinding(begun: Settlement, found: SettlementFinding): Settlement {
  switch (found.kind) {
    case 'settled':
      return { ...begun, state: 'settled', result: found.result };
    case 'not_settled':
      return { ...begun, state: 'failed' };
    case 'unknown':
      return begun;
  }
}

function nameOf(payment: string, phase: X402Phase): string {
  return `x402:${phase}:${payment}`;
}
