import { Counter, Histogram, type Registry } from 'prom-client';
import type { IdempotencyEvent, Observer } from '../core/observer.ts';

/** Where the counters are registered. */
export interface PrometheusOptions {
  readonly registry: Registry;
  /** the prefix of every name; `idempotency_` */
  readonly prefix?: string;
}

/** Seconds, from a fast handler to one that waits for another API. */
const executionSecondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * An observer that counts into `prom-client`: executions by outcome and how long they took, replays, refusals by code,
 * lost leases, failures of the store by verb, and requests that went on unprotected. No label contains a key, a caller
 * or a path.
 *
 * @throws {Error} if the registry has metrics of these names already
 */
export function prometheusObserver({ registry, prefix = 'idempotency_' }: PrometheusOptions): Observer {
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[] = []) =>
    new Counter({ name: `${prefix}${name}`, help, labelNames: [...labelNames], registers: [registry] });

  const executions = counter('executions_total', 'Executions that ended, by outcome', ['outcome']);
  const takeOvers = counter('take_overs_total', 'Abandoned operations that were executed again');
  const replays = counter('replays_total', 'Requests that were answered from their record');
  const refusals = counter('refusals_total', 'Requests that were refused, by code', ['code']);
  const lostLeases = counter('leases_lost_total', 'Leases that were lost while the handler lived');
  const storeFailures = counter('store_failures_total', 'Calls to the store that failed, by verb', ['verb']);
  const unprotected = counter(
    'unprotected_total',
    'Requests that went on unprotected because the store failed',
  );
  const warnings = counter('warnings_total', 'What weakens the protection, once for each code', ['code']);
  const durations = new Histogram({
    name: `${prefix}execution_seconds`,
    help: 'How long executions took, from the claim to the stored answer',
    buckets: executionSecondsBuckets,
    registers: [registry],
  });

  return (event: IdempotencyEvent): void => {
    switch (event.kind) {
      case 'execution_started':
        if (event.takenOver) takeOvers.inc();
        return;
      case 'execution_ended':
        executions.inc({ outcome: event.outcome });
        durations.observe(event.durationMs / 1000);
        return;
      case 'replayed':
        replays.inc();
        return;
      case 'refused':
        refusals.inc({ code: event.code });
        return;
      case 'lease_lost':
        lostLeases.inc();
        return;
      case 'store_failed':
        storeFailures.inc({ verb: event.verb });
        return;
      case 'unprotected':
        unprotected.inc();
        return;
      case 'warning':
        warnings.inc({ code: event.code });
        return;
    }
  };
}
