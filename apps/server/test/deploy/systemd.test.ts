import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../harness/temporary-folder.ts';

const unit = readFileSync(new URL('../../../../deploy/systemd/billonce.service', import.meta.url), 'utf8');
const missing = 'NO SYSTEMD: systemd-analyze (252 or later) is not on the PATH';
/** The scale ends at 10. systemd calls a value below 2 well protected. */
const exposureMax = 2;

/** The unit with the Node of this machine, because systemd checks whether the program exists. */
function unitFile(t: TestContext, text = unit): string {
  const file = join(temporaryFolder(t), 'billonce.service');
  writeFileSync(
    file,
    text
      .replace('/opt/billonce/node_modules/node/bin/node', process.execPath)
      .replace('=/opt/billonce\n', '=/\n'),
  );
  return file;
}

const version = () =>
  Number(
    /systemd (\d+)/.exec(
      spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' }).stdout ?? '',
    )?.[1] ?? 0,
  );

test('systemd accepts the unit without a warning, and would not accept a misspelt line', (t) => {
  if (version() < 252) return t.skip(missing);
  const verify = (file: string) =>
    spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
  const { status, stderr } = verify(unitFile(t));
  const ours = stderr.split('\n').filter((line) => line.includes('billonce.service'));
  assert.deepEqual([status, ours], [0, []]);
  assert.match(verify(unitFile(t, unit.replace('ProtectHome=', 'ProtectHouse='))).stderr, /ProtectHouse/);
});

test('systemd finds the unit well protected', (t) => {
  if (version() < 252) return t.skip(missing);
  const flags = ['security', '--offline=true', `--threshold=${exposureMax * 10}`, '--no-pager', unitFile(t)];
  assert.match(execFileSync('systemd-analyze', flags, { encoding: 'utf8' }), /Overall exposure level/);
});
