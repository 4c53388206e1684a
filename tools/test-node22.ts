// Runs the tests of the published packages on the oldest line of Node that they support: all of them, or those in files whose paths
// contain an argument.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { runTests } from './run-tests.ts';
import { testFiles } from './test-files.ts';

const version = '22.23.3';
/** The tests that run on that line of Node. Some tests of the command need the server, and so the pinned Node. */
const supported = [
  'packages/idempotency/',
  'packages/old-versions/',
  'packages/conformance/src/',
  'packages/conformance/test/planted-faults',
];
const folder = path.resolve(import.meta.dirname, '../node_modules/.cache', `node-${version}`);

if (process.versions.node === version) {
  const files = testFiles(process.argv.slice(2)).filter((file) =>
    supported.some((part) => file.startsWith(part)),
  );
  await runTests(files, { timeoutMs: 300_000 });
} else {
  const node = installedNode();
  const search = `${path.dirname(node)}${path.delimiter}${process.env['PATH'] ?? ''}`;
  const { status } = spawnSync(node, [import.meta.filename, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, PATH: search },
  });
  process.exitCode = status ?? 1;
}

/** The binary of that Node, which is installed once, in the shared cache of the tests. */
function installedNode(): string {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const node = path.join(folder, 'node_modules', name, 'bin', platform === 'win' ? 'node.exe' : 'node');
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  const install = ['install', '--prefix', folder, '--no-save', '--loglevel=error', `${name}@${version}`];
  // The command and its arguments are constants; a shell is needed for npm.cmd on Windows.
  const { status } = spawnSync('npm', install, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (status !== 0 || !existsSync(node)) throw new Error(`npm could not install ${name} ${version}`);
  return node;
}
