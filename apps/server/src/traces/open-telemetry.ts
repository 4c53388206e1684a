import {
  type Attributes,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { WriteTimes } from '../ledger/ledger-parts.ts';
import type { TracesConfig } from '../traces-config.ts';
import type { DeliveryAttempt, RequestEnd, Traces } from './traces.ts';

/** With more, spans are dropped: an unavailable collector must not fill the memory. */
const queuedSpansMax = 4_096;
const exportTimeoutMs = 5_000;
const flushTimeoutMs = 5_000;
/** The methods in the semantic conventions; any other is `_OTHER`, so that clients cannot invent names. */
const knownMethods = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'CONNECT',
  'TRACE',
]);

/** Traces over OTLP/HTTP. Loaded only where they are configured. */
export function openTelemetryTraces(config: TracesConfig, version: string): Traces {
  const exporter = new OTLPTraceExporter({
    url: config.url,
    headers: { ...config.headers },
    timeoutMillis: exportTimeoutMs,
  });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': config.serviceName, 'service.version': version }),
    sampler: samplerOf(config),
    spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: queuedSpansMax })],
  });
  const tracer = provider.getTracer('billonce', version);
  /** the first traced span of each batch: the others of the batch link to it */
  const firsts = new WeakMap<WriteTimes['batch'], SpanContext>();

  const addWrite = (request: SpanContext, times: WriteTimes, epochMs: number) => {
    const { batch } = times;
    const takenAt = epochMs + times.takenAtMs;
    const parent = trace.setSpanContext(ROOT_CONTEXT, request);
    tracer.startSpan('billonce.queue', { startTime: epochMs + times.submittedAtMs }, parent).end(takenAt);
    const first = firsts.get(batch);
    const attributes = { 'billonce.batch.items': batch.items };
    const links = first === undefined ? [] : [{ context: first }];
    const commit = tracer.startSpan('billonce.commit', { startTime: takenAt, attributes, links }, parent);
    if (first === undefined) firsts.set(batch, commit.spanContext());
    commit.end(epochMs + times.answeredAtMs);
  };

  return {
    begin: ({ method, traceparent }) => {
      const epochMs = monotonicEpochMs();
      const known = knownMethods.has(method) ? method : '_OTHER';
      const span = tracer.startSpan(
        known === '_OTHER' ? 'HTTP' : known,
        {
          kind: SpanKind.SERVER,
          startTime: epochMs + performance.now(),
          attributes: { 'http.request.method': known },
        },
        parentOf(traceparent),
      );
      return (end) => {
        if (span.isRecording()) {
          if (end.route !== undefined) span.updateName(`${known} ${end.route}`);
          span.setAttributes(requestAttributes(end));
          if (end.status === undefined || end.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          if (end.writeTimes !== undefined) addWrite(span.spanContext(), end.writeTimes, epochMs);
        }
        span.end(epochMs + performance.now());
      };
    },
    delivered: ({ startedAtMs, outcome, status }: DeliveryAttempt) => {
      const epochMs = monotonicEpochMs();
      const attributes: Attributes = { 'http.request.method': 'POST', 'billonce.webhook.outcome': outcome };
      if (status !== undefined) attributes['http.response.status_code'] = status;
      if (outcome !== 'delivered') attributes['error.type'] = status === undefined ? outcome : String(status);
      const span = tracer.startSpan(
        'POST',
        { kind: SpanKind.CLIENT, startTime: epochMs + startedAtMs, attributes },
        ROOT_CONTEXT,
      );
      if (outcome !== 'delivered') span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(epochMs + performance.now());
    },
    close: async () => {
      // An unavailable collector must not delay the stop.
      await Promise.race([provider.shutdown().catch(() => undefined), elapsed(flushTimeoutMs)]);
    },
  };
}

/**
 * The wall-clock time at which the monotonic clock was 0, computed now. All times of one span are derived from the same
 * value: otherwise a child could begin before its parent, by the milliseconds that the two clocks differ.
 */
function monotonicEpochMs(): number {
  return Date.now() - performance.now();
}

/**
 * Only a well-formed `traceparent` is used, and only as the parent: nothing else from the caller becomes part of a
 * span.
 */
function parentOf(traceparent: string | undefined) {
  const context = traceparent === undefined ? null : parseTraceParent(traceparent);
  if (context === null) return ROOT_CONTEXT;
  return trace.setSpanContext(ROOT_CONTEXT, { ...context, isRemote: true });
}

function requestAttributes({ route, status, idempotency }: RequestEnd): Attributes {
  const attributes: Attributes = {};
  if (route !== undefined) attributes['http.route'] = route;
  if (status !== undefined) attributes['http.response.status_code'] = status;
  if (idempotency !== undefined) attributes['billonce.idempotency.outcome'] = idempotency;
  if (status === undefined) attributes['error.type'] = 'client_gone';
  else if (status >= 500) attributes['error.type'] = String(status);
  return attributes;
}

function samplerOf({ sampler, samplerRatio }: TracesConfig): Sampler {
  const [, parentBased, kind] = /^(parentbased_)?(.+)$/.exec(sampler) ?? [];
  const root =
    kind === 'always_off'
      ? new AlwaysOffSampler()
      : kind === 'traceidratio'
        ? new TraceIdRatioBasedSampler(samplerRatio)
        : new AlwaysOnSampler();
  return parentBased === undefined ? root : new ParentBasedSampler({ root });
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
