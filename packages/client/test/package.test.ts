import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createBillonce } from '@billonce/client';
import manifest from '../package.json' with { type: 'json' };
import { newFolder, TestServer } from './harness/server.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const specifiers = Object.keys(manifest.exports).map((subpath) => manifest.name + subpath.slice(1));
const pages = [
  'packages/client/README.md',
  'docs/how-to/meter-an-api.md',
  'docs/how-to/give-an-agent-tools.md',
];
const project = newFolder(after);
const shell = process.platform === 'win32';

before(() => {
  const packed = execFileSync(process.execPath, ['tools/package-tarball.ts', project], {
    cwd: root,
    encoding: 'utf8',
  });
  writeFileSync(
    path.join(project, 'package.json'),
    '{ "name": "consumer", "private": true, "type": "module" }',
  );
  const install = [
    'install',
    '--offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...packed.trim().split('\n'),
  ];
  execFileSync('npm', install, { cwd: project, shell });
});

test('installing it installs the library, and nothing else', () => {
  const installed = globSync(['*', '@*/*'], { cwd: path.join(project, 'node_modules') });
  const names = installed.filter((name) => !name.startsWith('.')).sort();
  assert.deepEqual(names, ['@billonce', '@billonce/client', '@billonce/idempotency']);
});

test('each entry loads as an ES module and from CommonJS', () => {
  const names = JSON.stringify(specifiers);
  writeFileSync(
    path.join(project, 'load.cjs'),
    `Promise.all(${names}.map(async (name) => Object.keys(await import(name)).join() === Object.keys(require(name)).join()))
      .then((same) => console.log(JSON.stringify(same)));`,
  );
  const loaded = execFileSync(process.execPath, ['load.cjs'], { cwd: project, encoding: 'utf8' });
  assert.deepEqual(
    JSON.parse(loaded),
    specifiers.map(() => true),
  );
});

/** The blocks of TypeScript of a page, one after the other. */
function blocksOf(page: string): string {
  const text = readFileSync(path.join(root, page), 'utf8');
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(([, block]) => block).join('\n');
}

test('the code of the pages compiles and does what it says', async () => {
  const server = await TestServer.start(after);
  for (const name of ['express', '@types/express', '@types/node']) {
    const at = path.join(project, 'node_modules', name);
    mkdirSync(path.dirname(at), { recursive: true });
    symlinkSync(path.join(root, 'node_modules', name), at, 'junction');
  }
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable'], types: ['node'] },
    ...{ strict: true, noEmit: true, exactOptionalPropertyTypes: true },
  };
  const files = pages.map((_, at) => `page-${at}.ts`);
  for (const [at, page] of pages.entries()) {
    const folder = path.join(project, `page-${at}.ts`);
    writeFileSync(folder, blocksOf(page).replaceAll('http://127.0.0.1:3001', server.url));
  }
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  const compiled = spawnSync(process.execPath, [compiler, '--project', project], { encoding: 'utf8' });
  assert.equal(compiled.stdout, '');
  const printed = execFileSync(process.execPath, [files[0] ?? ''], { cwd: project, encoding: 'utf8' });
  assert.match(printed, /^[0-9a-f-]{36} 750\n2\n$/);
  const billonce = createBillonce({ url: server.url });
  // Two calls after the bill, of which the second bill took the first, one item of the recorder, and two requests under a hold.
  assert.equal((await billonce.usage.total({ agent: 'agent-7', serviceId: 'search' })).total, 5);
});
