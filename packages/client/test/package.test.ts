import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { globSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createBillonce } from '@billonce/client';
import { codeBlocksOf } from '../../../tools/code-blocks.ts';
import { checkClaims, take } from '../../idempotency/test/harness/taken-blocks.ts';
import manifest from '../package.json' with { type: 'json' };
import { newFolder, TestServer } from './harness/server.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const specifiers = Object.keys(manifest.exports).map((subpath) => manifest.name + subpath.slice(1));
const pages = [
  'packages/client/README.md',
  'docs/how-to/meter-an-api.md',
  'docs/how-to/give-an-agent-tools.md',
];
const sdkPage = 'docs/how-to/use-the-sdk.md';
const project = newFolder(after);
const shell = process.platform === 'win32';

let server: TestServer;
/** Functions that run after all tests: calling `after` in a hook would run them at the end of the hook. */
const ends: (() => void | Promise<void>)[] = [];
after(async () => {
  for (const end of ends) await end();
});

before(async () => {
  server = await TestServer.start((end) => ends.push(end));
  const [pack = '', installing = ''] = codeBlocksOf(sdkPage).map(({ text }) => text);
  assert.equal(take(sdkPage, pack), 'npm run tarballs -- /tmp\n');
  // The folder is not there yet.
  const folder = path.relative(root, path.join(project, 'packed'));
  const packed = execFileSync(process.execPath, ['tools/package-tarball.ts', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const [, , ...named] = take(sdkPage, installing).trim().split(' ');
  const names = (files: readonly string[]) => files.map((file) => path.basename(file)).sort();
  assert.deepEqual(names(named), names(packed.trim().split('\n')));
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

test('installing the client installs the library, and nothing else', () => {
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

/** The TypeScript blocks of a page, joined. */
function blocksOf(page: string): string {
  const blocks = codeBlocksOf(page).filter(({ language }) => language === 'ts');
  return blocks.map(({ text }) => take(page, text)).join('\n');
}

/** The steps of a reader after the code of a page: calling the API that it meters, or the tool that it charges for. */
const steps: Readonly<Record<string, string>> = {
  'docs/how-to/meter-an-api.md': `
app.get('/', (_request, response) => void response.send('metered'));
const listening = app.listen(0, async () => {
  const { port } = listening.address() as { port: number };
  await fetch('http://127.0.0.1:' + port, { headers: { 'x-agent': 'agent-7' } });
  listening.close();
  await recorder.close();
  console.log(tokens.length, reserved.length);
});`,
  'docs/how-to/give-an-agent-tools.md': `
const { content } = await paidSearch({ query: 'snow', key: 'a piece of work' }, undefined);
console.log(content[0]?.text);`,
};

/** Runs a file of the project, and returns its output. */
const ran = (file: string) => execFileSync(process.execPath, [file], { cwd: project, encoding: 'utf8' });

test('the code of the pages compiles and behaves as the pages say', async () => {
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
    const code = blocksOf(page) + (steps[page] ?? '');
    writeFileSync(folder, code.replaceAll('http://127.0.0.1:3001', server.url));
  }
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  const compiled = spawnSync(process.execPath, [compiler, '--project', project], { encoding: 'utf8' });
  assert.equal(compiled.stdout, '');
  const [readme = '', metered = '', tool = ''] = files;
  assert.match(ran(readme), /^[0-9a-f-]{36} 750\n2\n$/);
  const billonce = createBillonce({ url: server.url });
  // Two calls after the bill, the first of which is on the second bill, one item of the recorder, and two requests
  // under a hold.
  const total = async () => (await billonce.usage.total({ agent: 'agent-7', serviceId: 'search' })).total;
  assert.equal(await total(), 5);
  assert.equal(ran(tool), 'found snow\n');
  assert.equal(await total(), 6);
  assert.equal(ran(metered), '3 3\n');
  // This is the check that the page shows.
  const check = codeBlocksOf('docs/how-to/meter-an-api.md').find(({ language }) => language === 'sh');
  const command = take('docs/how-to/meter-an-api.md', check?.text ?? '').replace(
    'http://127.0.0.1:3001',
    server.url,
  );
  const checked = execFileSync('/bin/sh', ['-c', command.replace('curl ', 'curl --silent ')], {
    encoding: 'utf8',
  });
  assert.equal(JSON.parse(checked).total, 7);
});

test("the line of the repository's README meters an API", async () => {
  const [line = ''] = codeBlocksOf('README.md').flatMap(({ text }) => (text.includes('meter(') ? text : []));
  const code = `
import express from 'express';
import { createBillonce } from '@billonce/client';
import { meter } from '@billonce/client/express';
const recorder = createBillonce({ url: '${server.url}' }).recorder({ onRefused: console.error });
const app = express();
app.use((request, _response, next) => {
  request.user = { id: 'agent-8' };
  next();
});
${take('README.md', line)}
app.get('/', (_request, response) => response.send('metered'));
const listening = app.listen(0, async () => {
  await fetch('http://127.0.0.1:' + listening.address().port);
  listening.close();
  await recorder.close();
});`;
  writeFileSync(path.join(project, 'readme.js'), code);
  assert.equal(ran('readme.js'), '');
  const billonce = createBillonce({ url: server.url });
  assert.equal((await billonce.usage.total({ agent: 'agent-8', serviceId: 'search' })).total, 1);
});

checkClaims(import.meta.url);
