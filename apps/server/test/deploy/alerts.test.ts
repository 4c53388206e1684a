import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { debianProgram } from '../harness/debian-program.ts';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const folder = fileURLToPath(new URL('../../../../deploy/prometheus/', import.meta.url));
const rules = readFileSync(`${folder}alerts.yaml`, 'utf8');
const cases = readFileSync(`${folder}alerts.test.yaml`, 'utf8');

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

const alerts: readonly Alert[] = parse(rules).groups.flatMap(
  ({ rules: own }: { readonly rules: readonly Alert[] }) => own,
);

/** Runs promtool on the alert cases of a folder. */
async function promtool(file: string, at: string): Promise<void> {
  const run = promisify(execFile);
  await run(file, ['check', 'rules', join(at, 'alerts.yaml')]);
  await run(file, ['test', 'rules', join(at, 'alerts.test.yaml')]);
}

test('promtool accepts the alerts, each fires in its case, and a healthy server raises none', async (t) => {
  const program = await debianProgram('promtool');
  if ('missing' in program) return t.skip(program.missing);
  await promtool(program.file, folder);
});

test('the case of each alert fails when the alert does not fire', async (t) => {
  const program = await debianProgram('promtool');
  if ('missing' in program) return t.skip(program.missing);
  const changed = join(temporaryFolder(t), 'changed');
  mkdirSync(changed);
  writeFileSync(join(changed, 'alerts.test.yaml'), cases);
  const broken = parse(rules);
  for (const { rules: own } of broken.groups) {
    for (const rule of own) rule.expr = `(${rule.expr}) and on () vector(1) == 0`;
  }
  writeFileSync(join(changed, 'alerts.yaml'), JSON.stringify(broken));
  await assert.rejects(promtool(program.file, changed), (error: Error) => {
    for (const { alert } of alerts) assert.match(error.message, new RegExp(`alertname: ?${alert}\\b`));
    return true;
  });
});

test('the how-to lists every alert with its severity', () => {
  const page = readFileSync(new URL('../../../../docs/how-to/watch-a-server.md', import.meta.url), 'utf8');
  const listed = ['page', 'ticket'].flatMap((severity) => {
    const [, names = ''] = new RegExp(`^\\| \`${severity}\` \\| (.*) \\|$`, 'm').exec(page) ?? [];
    return (names.match(/\w+/g) ?? []).map((name) => `${severity} ${name}`);
  });
  assert.deepEqual(
    listed.toSorted(),
    alerts.map(({ alert, labels }) => `${labels.severity} ${alert}`).toSorted(),
  );
});

test('each alert has a severity, a summary, what to do, and a case in which it fires', () => {
  const fired = new Set<string>();
  for (const one of parse(cases).tests) {
    for (const { alertname, exp_alerts: expected } of one.alert_rule_test)
      if (expected.length > 0) fired.add(alertname);
  }
  assert.ok(alerts.length > 10);
  for (const { alert, labels, annotations } of alerts) {
    assert.match(labels.severity, /^(?:page|ticket)$/, alert);
    assert.deepEqual(Object.keys(annotations), ['summary', 'action'], alert);
    assert.ok(fired.has(alert), `${alert} has no case in which it fires`);
  }
});
