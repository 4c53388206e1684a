import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { Registry } from 'prom-client';
import type { IdempotencyEvent } from '../core/observer.ts';
import { openTelemetryObserver } from './opentelemetry.ts';
import { prometheusObserver } from './prometheus.ts';

/** One event of each kind, and a second execution that ended badly. */
const events: readonly IdempotencyEvent[] = [
  { kind: 'execution_started', fencingToken: 1, takenOver: false },
  { kind: 'execution_started', fencingToken: 2, takenOver: true },
  {
    kind: 'execution_ended',
    fencingToken: 1,
    outcome: 'completed',
    status: 201,
    startedAtMs: 1_800_000_000_000,
    durationMs: 40,
  },
  {
    kind: 'execution_ended',
    fencingToken: 2,
    outcome: 'not_stored',
    status: 201,
    startedAtMs: 1_800_000_001_000,
    durationMs: 7000,
  },
  { kind: 'replayed', status: 201, waitedMs: 0 },
  { kind: 'refused', code: 'idempotency_conflict', waitedMs: 0 },
  { kind: 'lease_lost', fencingToken: 2 },
  { kind: 'store_failed', verb: 'claim', error: new Error('down') },
  { kind: 'unprotected' },
  { kind: 'warning', code: 'misspelled_key_header', message: 'a message' },
];

test('the Prometheus observer counts every kind of event', async () => {
  const registry = new Registry();
  const observe = prometheusObserver({ registry });
  for (const event of events) observe(event);
  const text = await registry.metrics();
  for (const line of [
    'idempotency_executions_total{outcome="completed"} 1',
    'idempotency_executions_total{outcome="not_stored"} 1',
    'idempotency_take_overs_total 1',
    'idempotency_replays_total 1',
    'idempotency_refusals_total{code="idempotency_conflict"} 1',
    'idempotency_leases_lost_total 1',
    'idempotency_store_failures_total{verb="claim"} 1',
    'idempotency_unprotected_total 1',
    'idempotency_warnings_total{code="misspelled_key_header"} 1',
    'idempotency_execution_seconds_bucket{le="0.05"} 1',
    'idempotency_execution_seconds_count 2',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
  }
});

class Reader extends MetricReader {
  protected override onShutdown = () => Promise.resolve();
  protected override onForceFlush = () => Promise.resolve();
}

test('the OpenTelemetry observer makes a span of each execution and counts every kind of event', async () => {
  const exporter = new InMemorySpanExporter();
  const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const reader = new Reader();
  const meters = new MeterProvider({ readers: [reader] });
  const observe = openTelemetryObserver({
    tracer: tracers.getTracer('test'),
    meter: meters.getMeter('test'),
  });
  for (const event of events) observe(event);

  const [good, bad] = exporter.getFinishedSpans();
  assert.equal(good?.name, 'idempotency.execute');
  assert.deepEqual(good?.startTime, [1_800_000_000, 0]);
  assert.deepEqual(good?.endTime, [1_800_000_000, 40_000_000]);
  assert.equal(good?.attributes['idempotency.outcome'], 'completed');
  assert.equal(bad?.status.message, 'not_stored');

  const { resourceMetrics } = await reader.collect();
  const points = resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
    metrics.map(({ descriptor, dataPoints }) => [descriptor.name, dataPoints.length] as const),
  );
  assert.deepEqual(Object.fromEntries(points), {
    'idempotency.executions': 2,
    'idempotency.replays': 1,
    'idempotency.refusals': 1,
    'idempotency.leases_lost': 1,
    'idempotency.store_failures': 1,
    'idempotency.unprotected': 1,
    'idempotency.warnings': 1,
    'idempotency.execution.duration': 2,
  });
  await Promise.all([tracers.shutdown(), meters.shutdown()]);
});
