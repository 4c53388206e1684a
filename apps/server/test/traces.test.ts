import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type TestContext, test } from 'node:test';
import { parseConfig } from '../src/config.ts';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { listen } from './harness/listen.ts';
import { startProcess } from './harness/process.ts';
import { startReceiver } from './harness/receiver.ts';
import { deliveries, type Listed } from './harness/webhooks.ts';

interface Span {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly {
    readonly key: string;
    readonly value: { readonly stringValue?: string; readonly intValue?: number };
  }[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}

/** A real receiver of OTLP/HTTP in JSON. */
async function startCollector(t: TestContext) {
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      headers.push(request.headers);
      bodies.push(Buffer.concat(chunks).toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  const url = await listen(t, server);
  const spans = (): Span[] =>
    bodies.flatMap((body) =>
      JSON.parse(body).resourceSpans.flatMap((resource: { scopeSpans: { spans: Span[] }[] }) =>
        resource.scopeSpans.flatMap((scope) => scope.spans),
      ),
    );
  return { url, bodies, headers, spans };
}

function attributesOf({ attributes }: Span): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? Number(value.intValue)]),
  );
}

const parentTrace = '0af7651916cd43dd8448eb211c80319c';
const parentSpan = 'b7ad6b7169203331';

test('a collector receives spans of requests, of their way through queue and commit, and of deliveries', async (t) => {
  const collector = await startCollector(t);
  const receiver = await startReceiver(t);
  const server = await startProcess(t, {
    DATABASE_URL: await emptyDatabase(t),
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-collector-token=token%20of%20ours',
    OTEL_SERVICE_NAME: 'billing-of-a-test',
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  });
  const api = apiAt(server.url);
  const webhook = (await api.post('/webhooks', { url: receiver.url, events: ['usage.recorded'] })).json.id;
  const usage = { agent: 'agent-of-a-trace', serviceId: 'service-of-a-trace', requests: 3 };
  const traceparent = `00-${parentTrace}-${parentSpan}-01`;
  await api.post('/usage', usage, 'key-of-a-trace', { traceparent });
  await api.post('/usage', usage, 'key-of-a-trace');
  await api.post('/usage', { ...usage, requests: 4 }, 'key-of-a-trace', { traceparent: `${traceparent}, x` });
  await Promise.all([1, 2, 3, 4, 5, 6].map(() => api.post('/usage', usage)));
  await api.get('/usage/agent-of-a-trace/service-of-a-trace?secret-of-a-query=1');
  await api.get('/no-such-path-of-a-trace');
  await receiver.has(1);
  // An attempt that the stop aborts has no span.
  for (let isDelivered = false; !isDelivered; )
    isDelivered = (await deliveries(api, webhook)).some(({ state }: Listed) => state === 'delivered');
  assert.equal(await server.stop('SIGTERM'), 0);

  const spans = collector.spans();
  const byName = (name: string) => spans.filter((span) => span.name === name);
  const writes = byName('POST /api/v1/usage');
  assert.equal(writes.length, 9, 'what was left is sent at the stop');
  const [first] = writes.filter(({ traceId }) => traceId === parentTrace);
  assert.ok(first);
  assert.equal(first.parentSpanId, parentSpan);
  assert.equal(first.kind, 2);
  assert.deepEqual(attributesOf(first), {
    'http.request.method': 'POST',
    'http.route': '/api/v1/usage',
    'http.response.status_code': 201,
    'billonce.idempotency.outcome': 'executed',
  });
  const outcomes = writes.map((span) => attributesOf(span)['billonce.idempotency.outcome']);
  assert.deepEqual(outcomes.filter((outcome) => outcome !== undefined).sort(), [
    'conflict',
    'executed',
    'replayed',
  ]);
  const queue = byName('billonce.queue').find(({ parentSpanId }) => parentSpanId === first.spanId);
  const commit = byName('billonce.commit').find(({ parentSpanId }) => parentSpanId === first.spanId);
  assert.ok(queue && commit);
  assert.equal(attributesOf(commit)['billonce.batch.items'], 1);
  assert.ok(BigInt(first.startTimeUnixNano) <= BigInt(queue.startTimeUnixNano));
  assert.equal(queue.endTimeUnixNano, commit.startTimeUnixNano);
  assert.ok(BigInt(commit.endTimeUnixNano) <= BigInt(first.endTimeUnixNano));
  const commits = byName('billonce.commit');
  for (const { links = [] } of commits) {
    for (const { spanId } of links) assert.ok(commits.some((other) => other.spanId === spanId));
  }
  assert.deepEqual(attributesOf(byName('GET /api/v1/usage/:agent/:serviceId')[0] ?? assert.fail()), {
    'http.request.method': 'GET',
    'http.route': '/api/v1/usage/:agent/:serviceId',
    'http.response.status_code': 200,
  });
  assert.equal(attributesOf(byName('GET')[0] ?? assert.fail())['http.response.status_code'], 404);
  const [delivery] = byName('POST');
  assert.ok(delivery);
  assert.equal(delivery.kind, 3);
  assert.equal(attributesOf(delivery)['billonce.webhook.outcome'], 'delivered');
  assert.equal(receiver.received[0]?.headers['traceparent'], undefined);
  assert.equal(collector.headers[0]?.['x-collector-token'], 'token of ours');
  const sent = collector.bodies.join('');
  assert.match(sent, /billing-of-a-test/);
  for (const text of [
    'agent-of-a-trace',
    'service-of-a-trace',
    'key-of-a-trace',
    'secret-of-a-query',
    'no-such-path',
    '/hook',
  ]) {
    assert.ok(!sent.includes(text), text);
  }
});

/**
 * Prints each OpenTelemetry module that a process loads, however it is loaded. Only the API package is loaded by
 * prom-client.
 */
const watchModules = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    load(url, context, next) {
      if (/@opentelemetry.(?!api.)/.test(url)) process.stderr.write('LOADS ' + url + '\\n');
      return next(url, context);
    },
  });
`)}`;

test('a server without traces loads nothing of OpenTelemetry', async (t) => {
  const collector = await startCollector(t);
  const loaded = async (environment: Record<string, string>) => {
    const server = await startProcess(t, {
      DATABASE_URL: await emptyDatabase(t),
      NODE_OPTIONS: `--import=${watchModules}`,
      ...environment,
    });
    await apiAt(server.url).post('/usage', { agent: 'a', serviceId: 's', requests: 1 });
    await server.stop('SIGTERM');
    return server.output().includes('LOADS');
  };
  assert.equal(await loaded({}), false);
  assert.equal(
    await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SDK_DISABLED: 'true' }),
    false,
  );
  assert.equal(
    await loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_EXPORTER: 'none' }),
    false,
  );
  assert.equal(
    await loaded({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }),
    true,
  );
});

test('traces use the variables of OpenTelemetry, and every mistake in them is reported', () => {
  const parsed = parseConfig({
    OTEL_TRACES_EXPORTER: 'zipkin',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://user:password@collector/?x',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_HEADERS: 'a-secret',
    OTEL_TRACES_SAMPLER: 'sometimes',
    OTEL_TRACES_SAMPLER_ARG: '2',
  });
  assert.ok(parsed.kind === 'invalid');
  const named = parsed.mistakes.map((mistake) => mistake.split(/[ :]/)[0]);
  assert.deepEqual(named.sort(), [
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    'OTEL_EXPORTER_OTLP_HEADERS',
    'OTEL_EXPORTER_OTLP_PROTOCOL',
    'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    'OTEL_TRACES_EXPORTER',
    'OTEL_TRACES_SAMPLER',
    'OTEL_TRACES_SAMPLER_ARG',
  ]);
  assert.ok(!parsed.mistakes.join().includes('password') && !parsed.mistakes.join().includes('a-secret'));
  const own = parseConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector/own' });
  assert.equal(own.kind === 'valid' && own.config.traces?.url, 'https://collector/own');
});
