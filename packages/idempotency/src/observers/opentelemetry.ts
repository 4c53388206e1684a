import { type Meter, metrics, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { IdempotencyEvent, Observer } from '../core/observer.ts';

/** Where spans and metrics go; by default to the global providers. */
export interface OpenTelemetryOptions {
  readonly tracer?: Tracer;
  readonly meter?: Meter;
}

const scopeName = '@billonce/idempotency';

/**
 * An observer for OpenTelemetry: a span `idempotency.execute` for each execution, under the span of its request; an
 * event on the request's span for each replay and refusal; and metrics `idempotency.*`. No attribute contains a key, a
 * caller or a path.
 */
export function openTelemetryObserver(options: OpenTelemetryOptions = {}): Observer {
  const tracer = options.tracer ?? trace.getTracer(scopeName);
  const meter = options.meter ?? metrics.getMeter(scopeName);
  const executions = meter.createCounter('idempotency.executions', { description: 'Executions that ended' });
  const replays = meter.createCounter('idempotency.replays', {
    description: 'Requests answered from their record',
  });
  const refusals = meter.createCounter('idempotency.refusals', { description: 'Requests that were refused' });
  const lostLeases = meter.createCounter('idempotency.leases_lost', {
    description: 'Leases lost while the handler lived',
  });
  const storeFailures = meter.createCounter('idempotency.store_failures', {
    description: 'Calls to the store that failed',
  });
  const unprotected = meter.createCounter('idempotency.unprotected', {
    description: 'Requests without protection',
  });
  const warnings = meter.createCounter('idempotency.warnings', {
    description: 'What weakens the protection, once for each code',
  });
  const durations = meter.createHistogram('idempotency.execution.duration', {
    description: 'From the claim to the stored answer',
    unit: 's',
  });

  return (event: IdempotencyEvent): void => {
    switch (event.kind) {
      case 'execution_started':
        trace.getActiveSpan()?.setAttribute('idempotency.taken_over', event.takenOver);
        return;
      case 'execution_ended': {
        const attributes = { 'idempotency.outcome': event.outcome };
        executions.add(1, attributes);
        durations.record(event.durationMs / 1000, attributes);
        const span = tracer.startSpan('idempotency.execute', {
          startTime: event.startedAtMs,
          attributes: { ...attributes, 'idempotency.fencing_token': event.fencingToken },
        });
        if (event.outcome !== 'completed' && event.outcome !== 'released') {
          span.setStatus({ code: SpanStatusCode.ERROR, message: event.outcome });
        }
        span.end(event.startedAtMs + event.durationMs);
        return;
      }
      case 'replayed':
        replays.add(1);
        trace.getActiveSpan()?.addEvent('idempotency.replayed', { 'idempotency.waited_ms': event.waitedMs });
        return;
      case 'refused':
        refusals.add(1, { 'idempotency.code': event.code });
        trace.getActiveSpan()?.addEvent('idempotency.refused', { 'idempotency.code': event.code });
        return;
      case 'lease_lost':
        lostLeases.add(1);
        return;
      case 'store_failed':
        storeFailures.add(1, { 'idempotency.verb': event.verb });
        return;
      case 'unprotected':
        unprotected.add(1);
        return;
      case 'warning':
        warnings.add(1, { 'idempotency.code': event.code });
        return;
    }
  };
}
