// Runs a TypeScript file of this repository on the pinned Node, after installing what is missing.
// Plain JavaScript without dependencies, because a fresh clone runs it first, on any Node >= 18.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * Whether the server may run on the Node of this process: the pinned version or a later one of its line, in a build with
 * TypeScript and its own SQLite. Tests and tools run on exactly the pinned version.
 */
const isFitForServer =
  isSameLine(process.versions.node, pinnedVersion()) &&
  process.features.typescript === 'strip' &&
  process.config.variables.node_shared_sqlite !== true;
const isPinnedNode = isFitForServer && process.versions.node === pinnedVersion();

const nodeMajorMin = 18;
const npmWatchEveryMs = 250;

const runtime = [
  '--omit=dev',
  '--workspace=apps/server',
  ...(isFitForServer ? [] : ['--include-workspace-root']),
];

/**
 * The set of packages that a script needs: `server` for the server and its command line, `mcp` also for the MCP server, `all` also
 * for tests and tools. Node itself is a dependency of the workspace root. The packages of the MCP server are its development
 * dependencies, so that `server` omits them: npm would install dependencies that tests of the library share with it.
 */
const npmArguments = {
  server: () => runtime,
  mcp: () => [...runtime, '--workspace=apps/mcp', '--save-prod', ...developmentPackages('apps/mcp')],
  all: () => ['--include=dev'],
};
const sizes = {
  server: isFitForServer ? 'the server, about 90 MB' : 'the server and its Node, about 210 MB',
  mcp: 'the server with MCP, about 115 MB, and its Node, about 120 MB, unless it is there',
  all: 'everything for tests and tools, about 1 GB',
};

function pinnedVersion() {
  return readManifest('.').dependencies.node;
}

function developmentPackages(workspace) {
  return Object.entries(readManifest(workspace).devDependencies).map(
    ([name, version]) => `${name}@${version}`,
  );
}

function readManifest(folder) {
  return JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8'));
}

/** Whether a version has the major version of another one and is not older. */
function isSameLine(version, other) {
  const [major, minor, patch] = version.split('.').map(Number);
  const [otherMajor, otherMinor, otherPatch] = other.split('.').map(Number);
  return major === otherMajor && (minor > otherMinor || (minor === otherMinor && patch >= otherPatch));
}

/** The installed set and its lock file; undefined if nothing is installed, or if no Node can run it. */
function readStamp() {
  if (!existsSync(stamp)) return undefined;
  const [set, digest] = readFileSync(stamp, 'utf8').split(' ');
  const isRunnable = existsSync(pinnedNode) || (set === 'all' ? isPinnedNode : isFitForServer);
  return isRunnable ? { set, digest } : undefined;
}

/** Whether the packages of the server are enough for a script. */
function needsServerOnly(script) {
  if (script.startsWith('apps/site/')) return false;
  return ['apps/', 'packages/conformance/', 'examples/llm-proxy/'].some((start) => script.startsWith(start));
}

function install(script) {
  const digest = createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
  const present = readStamp();
  // What was installed for another script is kept: a smaller installation would remove it.
  const names = Object.keys(npmArguments);
  const wanted = script.startsWith('apps/mcp/') ? 'mcp' : needsServerOnly(script) ? 'server' : 'all';
  const set = names[Math.max(names.indexOf(wanted), names.indexOf(present?.set))];
  if (present?.digest === digest && present.set === set) return;
  console.error(`billonce: installing ${sizes[set]} (once) …`);
  const startMs = Date.now();
  // The command name is a constant and takes no input; a shell is needed for npm.cmd on Windows.
  // Not `npm ci`: it refuses a lock file without the optional binaries of every other platform, and registries differ
  // in which of those they serve. The versions are still those of the lock file, which stays unchanged.
  const done = spawnSync('npm', ['install', '--no-save', ...npmArguments[set](), '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (done.status !== 0) {
    console.error('billonce: npm install failed; fix what it reports above and run this again');
    process.exit(done.status ?? 1);
  }
  removeHeaders();
  // Written last, and atomically: an installation that died half-way is repeated.
  writeFileSync(`${stamp}.new`, `${set} ${digest}`);
  renameSync(`${stamp}.new`, stamp);
  console.error(`billonce: installed in ${Math.round((Date.now() - startMs) / 1000)} s`);
}

/** Deletes Node's C headers, 67 MB that nothing here reads: npm downloads its own to compile an addon. */
function removeHeaders() {
  const { platform, arch } = process;
  const node = path.join(root, 'node_modules', 'node', 'node_modules', `node-${platform}-${arch}`);
  rmSync(path.join(node, 'include'), { recursive: true, force: true });
}

/** The parent of a process, and its command line; undefined if they cannot be read. */
function readProcess(pid) {
  try {
    // The name in parentheses may contain any character, even parentheses.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    return { parent, commandLine: readFileSync(`/proc/${pid}/cmdline`, 'utf8') };
  } catch {
    return undefined;
  }
}

/**
 * Returns a function that checks whether npm, which started this script, is gone. npm passes on only SIGINT and SIGTERM,
 * and only to the shell between npm and this process; some shells (dash 0.5.12) then die without passing them on.
 */
function npmWatch() {
  const parent = process.ppid;
  const { npm_lifecycle_event: event, npm_lifecycle_script: text = '' } = process.env;
  if (event === undefined) return () => false;
  const shell = readProcess(parent);
  const isShell = shell !== undefined && text !== '' && shell.commandLine.includes(text);
  return () => process.ppid !== parent || (isShell && readProcess(parent)?.parent !== shell.parent);
}

function run(script, args, isNpmGone) {
  const node = existsSync(pinnedNode) ? pinnedNode : process.execPath;
  const child = spawn(node, [path.join(root, script), ...args], {
    // The channel closes when this process dies, even by SIGKILL: the server then stops.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const watch = setInterval(() => {
    if (!isNpmGone()) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, npmWatchEveryMs);
  child.on('error', (error) => {
    console.error(`billonce: cannot run ${node}: ${error.message}; delete node_modules and run this again`);
    process.exit(1);
  });
  child.on('exit', (code, signal) =>
    process.exit(code ?? 128 + (constants.signals[signal ?? 'SIGTERM'] ?? 15)),
  );
}

const [script, ...args] = process.argv.slice(2);
if (script === undefined) throw new Error('usage: node tools/bootstrap.mjs FILE [ARGUMENT …]');
if (Number(process.versions.node.split('.')[0]) < nodeMajorMin) {
  console.error(
    `billonce: this needs Node ${nodeMajorMin} or later, and runs on ${process.version}: install a newer Node`,
  );
  process.exit(1);
}
const isNpmGone = npmWatch();
install(script);
run(script, args, isNpmGone);
