// Runs a TypeScript file of this repository on the pinned Node, after installing what is missing.
// Plain JavaScript without dependencies, because it is what a fresh clone runs first, on any Node >= 18.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const stamp = path.join(root, 'node_modules', '.installed-for');
const pinnedNode = path.join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

function install() {
  const wanted = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  const present = existsSync(stamp) ? readFileSync(stamp, 'utf8') : '';
  if (present === wanted && existsSync(pinnedNode)) return;
  console.error('billonce: installing dependencies (once) …');
  // The command name is a constant and takes no input; a shell is needed for npm.cmd on Windows.
  // Not `npm ci`: that refuses a lock file without the optional binaries of every other platform, and which of
  // those a registry serves differs. The versions are those of the lock file all the same, which is left as it is.
  const done = spawnSync('npm', ['install', '--no-save', '--include=dev', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    console.error('billonce: npm install failed; mend what it says above and run this again');
    process.exit(done.status ?? 1);
  }
  // Written last: an installation that died half-way is done again.
  writeFileSync(stamp, wanted);
}

install();
const [script, ...args] = process.argv.slice(2);
if (script === undefined) throw new Error('usage: node tools/bootstrap.mjs FILE [ARGUMENT …]');
const child = spawn(pinnedNode, [path.join(root, script), ...args], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${path.dirname(pinnedNode)}${path.delimiter}${process.env.PATH ?? ''}` },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) =>
  process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15)),
);
