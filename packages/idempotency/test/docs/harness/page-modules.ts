import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { registerHooks } from 'node:module';
import { Server } from 'node:net';
import type { TestContext } from 'node:test';
import ts from 'typescript';
import { take } from '../../harness/taken-blocks.ts';
import { blocksOf } from './page-blocks.ts';

// A block is loaded as a module from its place in the page. No file is written.

/** The folder in which blocks appear to be: they find the same packages as the library's tests. */
const folder = new URL('../pages/', import.meta.url).href;
/** The address of the server in blocks that call a server. */
const addressInPages = 'http://127.0.0.1:3000';

const addresses = new Map<string, string>();
let loads = 0;

registerHooks({
  resolve(specifier, context, next) {
    const fromBlock = context.parentURL?.startsWith(folder) === true;
    if (specifier.startsWith(folder) || (fromBlock && specifier.startsWith('./')))
      return { url: new URL(specifier, context.parentURL).href, shortCircuit: true };
    return next(specifier, context);
  },
  load(url, context, next) {
    if (!url.startsWith(folder)) return next(url, context);
    return { format: 'module', source: sourceOf(url), shortCircuit: true };
  },
});

function sourceOf(url: string): string {
  const [loaded = '', escaped = '', file = ''] = url.slice(folder.length).split('/');
  const page = escaped.replaceAll('~', '/');
  const block = blocksOf(page).find((one) => one.file === file);
  if (block === undefined) throw new Error(`${page} has no block ${file}`);
  const code = take(page, block.code).replaceAll(addressInPages, addresses.get(loaded) ?? addressInPages);
  if (file.endsWith('.js')) return code;
  return ts.transpileModule(code, { compilerOptions, fileName: file }).outputText;
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2024,
  module: ts.ModuleKind.ESNext,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

/**
 * Loads a block as a separate module, even if it was loaded before, and returns its exports.
 *
 * @param address the address of the server that the block calls
 */
export async function loadBlock(
  page: string,
  file: string,
  address?: string,
): Promise<Record<string, unknown>> {
  const loaded = String(++loads);
  if (address !== undefined) addresses.set(loaded, address);
  return import(`${folder}${loaded}/${page.replaceAll('/', '~')}/${file}`);
}

/**
 * Loads a block that starts a server, returns the server's address, and stops the server after the test.
 *
 * @throws {Error} if the block starts no server
 */
export async function serveBlock(t: TestContext, page: string, file: string): Promise<string> {
  const servers: Server[] = [];
  const { promise: listening, resolve } = Promise.withResolvers<Server>();
  const onStart = (message: unknown) => {
    const server = serverOf(message);
    if (server !== undefined) servers.push(server);
  };
  const onListening = (message: unknown) => {
    const server = serverOf(message);
    if (server !== undefined) resolve(server);
  };
  channel('tracing:net.server.listen:asyncStart').subscribe(onStart);
  channel('tracing:net.server.listen:asyncEnd').subscribe(onListening);
  t.after(() => Promise.all(servers.map(stopped)));
  process.env['PORT'] = '0';
  // With this setting, Express and Koa do not print the errors that a page provokes.
  process.env['NODE_ENV'] ??= 'test';
  try {
    await loadBlock(page, file);
    if (servers.length === 0) throw new Error(`${file} of ${page} starts no server`);
    return addressOf(await listening);
  } finally {
    channel('tracing:net.server.listen:asyncStart').unsubscribe(onStart);
    channel('tracing:net.server.listen:asyncEnd').unsubscribe(onListening);
  }
}

function serverOf(message: unknown): Server | undefined {
  const server: unknown = Object(message).server;
  return server instanceof Server ? server : undefined;
}

function addressOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return `http://${address.address === '::1' ? '[::1]' : '127.0.0.1'}:${address.port}`;
}

async function stopped(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function')
    server.closeAllConnections();
  await closed;
}
