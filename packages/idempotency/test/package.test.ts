import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { transformSync } from 'esbuild';
import { codeBlocksOf } from '../../../tools/code-blocks.ts';
import manifest from '../package.json' with { type: 'json' };
import {
  blockNamed,
  charge,
  commonJsApp,
  expressApp,
  importsOf,
  loadIn,
  portOf,
  tellPort,
  typeErrors,
} from './harness/consumer-projects.ts';
import { installPacked, linkPackages, packInto, root, run } from './harness/packed-package.ts';
import { checkClaims, take } from './harness/taken-blocks.ts';

const specifiers = Object.keys(manifest.exports).map((subpath) => manifest.name + subpath.slice(1));
/** Entries that extend another library and load it. */
const extensions = ['nest', 'opentelemetry', 'prometheus'].map((name) => `${manifest.name}/${name}`);
/** Entries that name the framework only in their type declarations. */
const typedByFramework = [`${manifest.name}/hono`, `${manifest.name}/x402/hono`];
/** Packages that an application passes in and this package does not import, and types that some of them need. */
const passedIn = ['express', 'koa', 'fastify', '@types/node', '@types/express', '@types/koa'];
/** The oldest supported versions, and even older ones of drivers that the package does not restrict. */
const oldVersions = {
  ...{
    express: '4.18.0',
    fastify: '4.0.0',
    hono: '3.12.12',
    koa: '2.16.4',
    redis: '4.7.1',
    ioredis: '4.31.0',
  },
  ...{ 'better-sqlite3': '10.1.0', pg: '8.11.0', postgres: '3.3.0', mysql2: '2.3.3' },
  ...{ '@nestjs/common': '10.4.22', '@nestjs/core': '10.4.22', rxjs: '7.8.1' },
};

const temporary = mkdtempSync(path.join(tmpdir(), 'billonce-install-'));
/** One project has only the tarball, and another one has everything that the package works with. */
const bare = path.join(temporary, 'bare');
const full = path.join(temporary, 'full');
let tarball = '';

const installing = 'docs/how-to/idempotency/install.md';

before(() => {
  tarball = packInto(temporary, take(installing, 'npm run tarballs -- /tmp idempotency\n'));
  assert.equal(
    take(installing, 'npm install /tmp/billonce-idempotency-0.1.0.tgz\n').split('/tmp/')[1]?.trim(),
    path.basename(tarball),
  );
  installPacked(bare, tarball, 'module');
  cpSync(bare, full, { recursive: true });
  linkPackages(bare, '@types/node');
  linkPackages(full, ...Object.keys(manifest.peerDependencies), ...passedIn);
});

after(() => rmSync(temporary, { recursive: true, force: true }));

test('the tarball holds modules, files of CommonJS that load them, declarations, a manifest, a README, a changelog and a licence, and no test', () => {
  const installed = path.join(bare, 'node_modules', manifest.name);
  const files = globSync('**/*', { cwd: installed, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      path.relative(installed, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, '/'),
    );
  const others = files.filter((file) => !/^lib\/[a-z0-9/-]+\.(?:js|cjs|d\.ts|d\.cts)$/.test(file));
  assert.deepEqual(others.sort(), ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
  assert.deepEqual(
    files.filter((file) => /\.test\.|\/test\//.test(file)),
    [],
  );
});

test('everything that a module or a declaration imports from the package is published', () => {
  const lib = path.join(bare, 'node_modules', manifest.name, 'lib');
  const missing = globSync('**/*.{js,cjs,d.ts,d.cts}', { cwd: lib }).flatMap((file) =>
    [...readFileSync(path.join(lib, file), 'utf8').matchAll(/\b(?:from |require\()['"](\.[^'"]+)['"]/g)]
      .map(([, specifier = '']) => path.join(lib, path.dirname(file), specifier))
      .map((imported) => (file.endsWith('.d.cts') ? imported.replace(/\.cjs$/, '.d.cts') : imported))
      .filter((imported) => !existsSync(imported)),
  );
  assert.deepEqual(missing, []);
});

test('installing the tarball installs nothing else', () => {
  const installed = globSync(['*', '@*/*'], { cwd: path.join(bare, 'node_modules') });
  const expected = ['@billonce', '@billonce/idempotency', '@types', '@types/node'];
  assert.deepEqual(installed.filter((name) => !name.startsWith('.')).sort(), expected);
});

test('npm installs it next to old versions of frameworks and drivers', () => {
  const project = path.join(temporary, 'old');
  const dependencies: Record<string, string> = { [manifest.name]: `file:${tarball}` };
  for (const [name, version] of Object.entries(oldVersions)) {
    const folder = path.join(project, 'parts', name.replace('/', '-'));
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name, version }));
    dependencies[name] = `file:${folder}`;
  }
  writeFileSync(path.join(project, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const resolve = [
    'install',
    '--package-lock-only',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  const shell = process.platform === 'win32';
  const { status, stderr } = spawnSync('npm', resolve, { cwd: project, encoding: 'utf8', shell });
  assert.deepEqual([status, stderr], [0, '']);
});

test('each entry loads with nothing else installed, except those that extend another library', () => {
  const loaded = specifiers.filter((specifier) => !extensions.includes(specifier));
  assert.deepEqual(loadIn(bare, loaded), loaded);
});

test('each entry loads together with the libraries that it is for', () => {
  assert.deepEqual(loadIn(full, specifiers), specifiers);
});

for (const [form, module] of [
  ['ES modules', 'nodenext'],
  ['CommonJS', 'nodenext'],
  ['CommonJS', 'node16'],
] as const) {
  test(`the declarations are sound for ${form} under ${module}, without any framework or driver`, () => {
    const named = specifiers.filter((name) => !extensions.includes(name) && !typedByFramework.includes(name));
    const file = form === 'CommonJS' ? 'consumer.cts' : 'consumer.ts';
    assert.equal(typeErrors(bare, module, importsOf(named), file), '');
  });
}

test('an ES module and a CommonJS module of one process get the same library', () => {
  const wanted = specifiers.filter((specifier) => !extensions.includes(specifier));
  writeFileSync(
    path.join(bare, 'same.cjs'),
    `const wanted = ${JSON.stringify(wanted)};
    (async () => {
      const same = [];
      for (const name of wanted) {
        const [one, other] = [require(name), await import(name)];
        const names = Object.keys(other);
        if (names.length > 0 && names.every((name) => one[name] === other[name])) same.push(name);
      }
      console.log(JSON.stringify(same));
    })();`,
  );
  assert.deepEqual(JSON.parse(run(bare, process.execPath, 'same.cjs')), wanted);
});

test('in a Node that cannot load ES modules by require, require says which Node is needed', () => {
  writeFileSync(
    path.join(bare, 'old-node.cjs'),
    `for (const name of ${JSON.stringify(specifiers)}) {
      try { require(name); } catch ({ message }) { console.log(message); }
    }`,
  );
  const printed = run(bare, process.execPath, '--no-experimental-require-module', 'old-node.cjs');
  const message = `${manifest.name} cannot be loaded in Node ${process.versions.node}: Node must be 22.15 or later`;
  assert.deepEqual(
    printed.trim().split('\n'),
    specifiers.map(() => message),
  );
});

for (const moduleResolution of ['nodenext', 'bundler']) {
  test(`a protected Express app compiles under ${moduleResolution}, and one with a misspelled option does not`, () => {
    assert.equal(typeErrors(full, moduleResolution, expressApp), '');
  });
}

for (const [module, moduleResolution] of [
  ['commonjs', 'node'],
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
] as const) {
  test(`a CommonJS project under moduleResolution ${moduleResolution} compiles and runs`, () => {
    const project = path.join(temporary, `commonjs-${moduleResolution}`);
    mkdirSync(project);
    symlinkSync(path.join(full, 'node_modules'), path.join(project, 'node_modules'), 'junction');
    writeFileSync(path.join(project, 'package.json'), '{ "name": "consumer", "private": true }');
    writeFileSync(path.join(project, 'consumer.ts'), commonJsApp);
    const compilerOptions = {
      ...{ module, moduleResolution, ignoreDeprecations: '6.0', target: 'es2024', types: ['node'] },
      ...{ lib: ['es2024', 'esnext.disposable'], strict: true, skipLibCheck: false },
    };
    const config = JSON.stringify({ compilerOptions, files: ['consumer.ts'] });
    writeFileSync(path.join(project, 'tsconfig.json'), config);
    const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
    const compiled = spawnSync(process.execPath, [compiler, '--project', project], { encoding: 'utf8' });
    assert.equal(compiled.stdout, '');
    assert.match(readFileSync(path.join(project, 'consumer.js'), 'utf8'), /require\(/);
    assert.equal(run(project, process.execPath, 'consumer.js').trim(), 'function InvalidOptionsError');
  });
}

test('each entry works after Babel has transformed it to CommonJS for Jest', () => {
  const project = path.join(temporary, 'transformed');
  const lib = path.join(bare, 'node_modules', manifest.name, 'lib');
  for (const file of globSync('**/*.js', { cwd: lib })) {
    const to = path.join(project, file);
    mkdirSync(path.dirname(to), { recursive: true });
    const source = readFileSync(path.join(lib, file), 'utf8');
    writeFileSync(to, transformSync(source, { format: 'cjs', target: 'node22' }).code);
  }
  writeFileSync(path.join(project, 'package.json'), '{ "type": "commonjs" }');
  const entries = Object.entries(manifest.exports)
    .filter(([subpath]) => !extensions.includes(manifest.name + subpath.slice(1)))
    .map(([, source]) => source.replace('./src/', './').replace(/\.ts$/, '.js'));
  const load = `const entries = ${JSON.stringify(entries)};
    console.log(JSON.stringify(entries.filter((entry) => Object.keys(require(entry)).length > 0)));`;
  writeFileSync(path.join(project, 'load.js'), load);
  assert.deepEqual(JSON.parse(run(project, process.execPath, 'load.js')), entries);
});

test('the published pages link only to published files', () => {
  for (const page of ['README.md', 'CHANGELOG.md']) {
    const text = readFileSync(path.join(bare, 'node_modules', manifest.name, page), 'utf8');
    assert.ok(text.length > 1000);
    assert.doesNotMatch(text, /\]\((?![a-z]+:|#)/);
  }
});

test('the commands of the page on stores print the statements of each store', () => {
  const page = 'docs/how-to/idempotency/choose-a-store.md';
  const [{ text = '' } = {}] = codeBlocksOf(page).filter(({ language }) => language === 'sh');
  const commands = take(page, text).trimEnd().split('\n');
  assert.equal(commands.length, 4);
  for (const command of commands) {
    const [printing = '', file = ''] = command.split(' > ');
    assert.match(file, /\.sql$/);
    assert.match(
      run(bare, '/bin/sh', '-c', printing.replace(/^node /, `'${process.execPath}' `)),
      /CREATE TABLE/,
    );
  }
});

test("the README's server replays a retry, and refuses another request under the same key", async () => {
  writeFileSync(path.join(full, 'server.js'), blockNamed('server.js'));
  writeFileSync(path.join(full, 'tell-port.js'), tellPort);
  const server = spawn(process.execPath, ['--import', './tell-port.js', 'server.js'], {
    cwd: full,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    const url = `http://127.0.0.1:${await portOf(server)}/charges`;
    const [{ text = '' } = {}] = codeBlocksOf('packages/idempotency/README.md').filter((block) =>
      block.text.startsWith('curl '),
    );
    const command = take('packages/idempotency/README.md', text)
      .replace('http://127.0.0.1:3000/charges', url)
      .replace('curl ', 'curl --silent ');
    const typed = () => run(full, '/bin/sh', '-c', command);
    assert.match(typed(), /^HTTP\/1\.1 201 [\s\S]*\r\n\r\n\{"charge":1,"amount":"12\.50"\}$/);
    assert.match(typed(), /^HTTP\/1\.1 201 [\s\S]*\r\nidempotency-replayed: true\r\n/i);
    const retry = await charge(url, '12.50');
    const other = await charge(url, '99.00');
    assert.deepEqual(retry, { status: 201, body: '{"charge":1,"amount":"12.50"}', replayed: 'true' });
    assert.equal(other.status, 409);
    assert.match(other.body, /"idempotency_conflict"/);
  } finally {
    server.kill('SIGKILL');
  }
});

checkClaims(import.meta.url);
