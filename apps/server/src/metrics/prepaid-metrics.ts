import type { Counter, Gauge } from 'prom-client';
import type { Command } from '../domain/command.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { Outcome } from '../ledger/submission.ts';
import type { TenantAudit } from '../reads/audits.ts';
import type { MetricSet } from './metric-set.ts';

const holdOutcomes: Partial<Record<Command['kind'], 'created' | 'captured' | 'released' | 'extended'>> = {
  create_hold: 'created',
  capture_hold: 'captured',
  release_hold: 'released',
  extend_hold: 'extended',
};
/** The status of requests that create something; a known hold or usage id is answered with 200. */
const made = 201;

/** The metrics of prepaid balances and of holds. */
export class PrepaidMetrics {
  readonly #refusals: Counter;
  readonly #holds: Counter<'outcome'>;
  readonly #balances: Gauge;
  readonly #available: Gauge;
  readonly #openHolds: Gauge;

  constructor(set: MetricSet) {
    this.#refusals = set.counter('balance_refusals_total');
    this.#holds = set.counter('holds_total');
    this.#balances = set.gauge('balances');
    this.#available = set.gauge('available_stroops');
    this.#openHolds = set.gauge('open_holds');
  }

  decided({ kind }: Command, outcome: Outcome): void {
    if (outcome.kind === 'refused') {
      const refusals = refusalsIn(outcome.refusal);
      if (refusals > 0) this.#refusals.inc(refusals);
      return;
    }
    const done = holdOutcomes[kind];
    if (done === undefined || outcome.kind !== 'answered' || outcome.replayed) return;
    const isKnown = (kind === 'create_hold' || kind === 'capture_hold') && outcome.response.status !== made;
    if (!isKnown) this.#holds.labels(done).inc();
  }

  audited({ balances, availableStroops, openHolds }: TenantAudit): void {
    this.#balances.set(balances);
    this.#available.set(Number(availableStroops));
    this.#openHolds.set(openHolds);
  }
}

function refusalsIn(refusal: Refusal): number {
  if (refusal.code !== 'bulk_rejected') return refusal.code === 'insufficient_balance' ? 1 : 0;
  return refusal.results.filter(
    (result) => result.kind === 'refused' && result.code === 'insufficient_balance',
  ).length;
}
