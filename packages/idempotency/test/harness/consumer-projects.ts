import assert from 'node:assert/strict';
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageFolder, root, run } from './packed-package.ts';
import { take } from './taken-blocks.ts';

const readme = readFileSync(path.join(packageFolder, 'README.md'), 'utf8');

/** An Express application with mistakes that the compiler must report. */
export const expressApp = `
import express from 'express';
import { type IdempotencyOptions, LeaseLostError, inspect } from '@billonce/idempotency';
import { idempotency, operationOf } from '@billonce/idempotency/express';
import { memoryStore } from '@billonce/idempotency/memory';

const store = memoryStore();
const options: IdempotencyOptions = { store, profile: 'ietf', observer: (event) => console.log(event.kind) };
const app = express();
app.use(idempotency(options), express.json());
app.post('/charges', idempotency({ store, tenantOf: (request) => request.headers.authorization }), (request, response) => {
  const fencingToken: number | undefined = operationOf(request)?.fencingToken;
  response.status(201).json({ fencingToken, lost: new LeaseLostError().code });
});
export const report = await inspect(store, { caller: { kind: 'tenant', tenant: 'acme' }, key: 'order-1842' });
// @ts-expect-error there is no such option
idempotency({ store, leaseMS: 30_000 });
// @ts-expect-error there is no such profile
idempotency({ store, profile: 'strype' });
`;

/** The same for CommonJS. */
export const commonJsApp = `
import { InvalidOptionsError } from '@billonce/idempotency';
import { memoryStore } from '@billonce/idempotency/memory';
import { idempotency } from '@billonce/idempotency/express';
import { fileJournal } from '@billonce/idempotency/client/file-journal';
const protection = idempotency({ store: memoryStore(), callers: 'by-address' });
console.log(typeof protection, InvalidOptionsError.name);
// @ts-expect-error there is no such option
export const misspelled = () => idempotency({ store: memoryStore(), callers: 'by-address', leaseMS: 1 });
export const journal: typeof fileJournal = fileJournal;
`;

/**
 * Prints the port of the first server that listens, so that no test must guess a free port or the time when the server
 * is ready.
 */
export const tellPort = `
import { channel } from 'node:diagnostics_channel';
channel('tracing:net.server.listen:asyncEnd').subscribe(({ server }) => process.send(server.address().port));
`;

/** The entries that have exports when an unmodified Node loads them in a project, without stripping types. */
export function loadIn(project: string, wanted: readonly string[]): unknown {
  writeFileSync(
    path.join(project, 'load.js'),
    `const loaded = [];
    for (const specifier of ${JSON.stringify(wanted)}) {
      if (Object.keys(await import(specifier)).length > 0) loaded.push(specifier);
    }
    console.log(JSON.stringify(loaded));`,
  );
  return JSON.parse(run(project, process.execPath, '--no-experimental-strip-types', 'load.js'));
}

/** The errors that the compiler reports for a source in a project. */
export function typeErrors(
  project: string,
  moduleResolution: string,
  source: string,
  file = 'consumer.ts',
): string {
  const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution;
  const compilerOptions = {
    ...{ module, moduleResolution, target: 'es2024', lib: ['es2024', 'esnext.disposable'], types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
  };
  writeFileSync(path.join(project, file), source);
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }));
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  return spawnSync(process.execPath, [compiler, '--project', project], { cwd: project, encoding: 'utf8' })
    .stdout;
}

/** A source that imports everything from some entries. */
export function importsOf(wanted: readonly string[]): string {
  return wanted.map((specifier, at) => `export * as entry${at} from '${specifier}';\n`).join('');
}

/** The fenced block of the README that begins with the name of its file. */
export function blockNamed(file: string): string {
  const blocks = [...readme.matchAll(/```(?:js|ts)\n([\s\S]*?)```/g)].map(([, block = '']) => block);
  const block = blocks.find((text) => text.startsWith(`// ${file}\n`));
  assert.ok(block !== undefined, `the README has no block that begins with // ${file}`);
  return take('packages/idempotency/README.md', block);
}

/** The port that a server with `tellPort` listens on. */
export async function portOf(server: ChildProcess): Promise<unknown> {
  const [port]: unknown[] = await Promise.race([
    once(server, 'message'),
    once(server, 'exit').then(([code]) => assert.fail(`the server ended with ${code}`)),
  ]);
  return port;
}

/** Sends a charge under a key. */
export async function charge(url: string, amount: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'order-1842' },
    body: JSON.stringify({ amount }),
  });
  const replayed = response.headers.get('idempotency-replayed');
  return { status: response.status, body: await response.text(), replayed };
}
