import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { freePort } from '../../../../packages/idempotency/test/harness/free-port.ts';
import { processMetrics } from '../../src/metrics/metric-set.ts';
import { type MetricEntry, metricTable } from '../../src/metrics/metric-table.ts';
import { debianProgram } from '../harness/debian-program.ts';
import { startInProcess } from '../harness/in-process.ts';
import { onEnd } from '../harness/on-end.ts';
import { startReceiver } from '../harness/receiver.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from '../harness/tenants.ts';
import { openTargets } from '../harness/webhooks.ts';

const deploy = new URL('../../../../deploy/', import.meta.url);
const dashboard = JSON.parse(readFileSync(new URL('grafana/billonce.json', deploy), 'utf8'));
const { groups } = parse(readFileSync(new URL('prometheus/alerts.yaml', deploy), 'utf8'));

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const panels: readonly Panel[] = dashboard.panels;
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const ofAlerts: readonly string[] = groups.flatMap(
  ({ rules }: { readonly rules: readonly { readonly expr: string }[] }) => rules.map(({ expr }) => expr),
);

/** The labels of each metric that a server exposes. A histogram consists of three such names. */
function knownLabels(): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>([['up', new Set(['job', 'instance'])]]);
  const add = (name: string, labels: readonly string[]) =>
    known.set(name, new Set([...labels, 'job', 'instance']));
  for (const [name, { kind, labels }] of Object.entries<MetricEntry>(metricTable)) {
    if (kind !== 'histogram') add(`billonce_${name}`, labels);
    else {
      for (const part of ['count', 'sum']) add(`billonce_${name}_${part}`, labels);
      add(`billonce_${name}_bucket`, [...labels, 'le']);
    }
  }
  for (const { name } of processMetrics().getMetricsAsArray()) add(name, []);
  return known;
}

test('the dashboard and the alerts ask for metrics and labels that a server has, and for no others', () => {
  const known = knownLabels();
  assert.ok(expressions.length > 30);
  for (const expr of [...expressions, ...ofAlerts]) {
    const names = expr.match(/\b(?:billonce|process|nodejs)_[a-z0-9_]+|\bup\b/g) ?? [];
    assert.ok(names.length > 0, expr);
    const labels = new Set<string>();
    for (const name of names) {
      const own = known.get(name);
      assert.ok(own !== undefined, `${name} in ${expr}`);
      for (const label of own) labels.add(label);
    }
    const grouped = [...expr.matchAll(/\b(?:by|on) \(([a-z, ]*)\)/g)].flatMap(([, list = '']) =>
      list.split(', '),
    );
    const matched = [...expr.matchAll(/([a-z_]+)=~?"/g)].map(([, label = '']) => label);
    for (const label of [...grouped, ...matched]) assert.ok(labels.has(label), `${label} in ${expr}`);
  }
});

test('every query of the dashboard has a result in a real Prometheus that scrapes a real server', {
  timeout: 120_000,
}, async (t) => {
  const program = await debianProgram('prometheus');
  if ('missing' in program) return t.skip(program.missing);
  const { api, app } = await startInProcess(t, { ...openTargets, ADMIN_API_KEY: adminKey });
  const one = await apiOfTenant(api, 'one');
  const receiver = await startReceiver(t);
  await one.post('/webhooks', { url: receiver.url, events: ['*'] });
  await one.call('/agents/a/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  await one.post('/services', { serviceId: 's', priceStroops: 1 });
  await one.post('/agents/a/grants', { amount: '10' });
  await one.post('/usage', { agent: 'a', serviceId: 's', requests: 3 }, 'k');
  await one.post('/holds', { agent: 'a', serviceId: 's', requests: 3 });
  await app.outbox.runOnce();
  await app.audit.runOnce();
  assert.equal((await withHeaders(api, asAdmin).get('/metrics')).status, 200);
  const query = await startPrometheus(t, program.file, new URL(api.url).host);
  for (const expr of expressions) {
    const filled = expr
      .replaceAll('$job', '.+')
      .replaceAll('$instance', '.+')
      .replaceAll('$__rate_interval', '1m');
    let found = 0;
    for (let tries = 0; tries < 600 && found === 0; tries++) {
      found = await query(filled);
      // A rate needs two scrapes.
      if (found === 0) await passing(50);
    }
    assert.ok(found > 0, `nothing is found by ${filled}`);
  }
});

/**
 * Starts a Prometheus that scrapes a server with the configuration in deploy. Returns a function that counts the
 * samples of a query.
 */
async function startPrometheus(
  t: TestContext,
  file: string,
  target: string,
): Promise<(expr: string) => Promise<number>> {
  const folder = temporaryFolder(t);
  const config = parse(readFileSync(new URL('prometheus/prometheus.yaml', deploy), 'utf8'));
  config.global.scrape_interval = '1s';
  config.scrape_configs[0].static_configs[0].targets = [target];
  writeFileSync(join(folder, 'prometheus.yaml'), stringify(config));
  writeFileSync(join(folder, 'alerts.yaml'), readFileSync(new URL('prometheus/alerts.yaml', deploy)));
  writeFileSync(join(folder, 'admin-key'), `${adminKey}\n`);
  const port = await freePort();
  const child = spawn(
    file,
    [
      '--config.file=prometheus.yaml',
      '--storage.tsdb.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
      // This is only for its web pages, which Debian has in other packages.
      '--web.console.templates=.',
      '--web.console.libraries=.',
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await listening(child);
  onEnd(t, async () => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  });
  return async (expr) => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/query`, {
      method: 'POST',
      body: new URLSearchParams({ query: expr }),
    });
    const answer: { readonly status: string; readonly data: { readonly result: readonly unknown[] } } =
      JSON.parse(await response.text());
    assert.equal(answer.status, 'success', `${expr}: ${JSON.stringify(answer)}`);
    return answer.data.result.length;
  };
}

async function listening(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-10_000);
    if (said.includes('Server is ready to receive web requests')) resolve();
  });
  child.once('exit', () => reject(new Error(`Prometheus did not start: ${said}`)));
  await promise;
}
