import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';

/** A Worker on workerd with a D1 database and a Durable Object. The data survive a restart. */
export interface TestWorker {
  fetch(path: string, request?: { readonly body: string; readonly key?: string }): Promise<WorkerAnswer>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface WorkerAnswer {
  readonly status: number;
  readonly text: string;
  readonly isReplay: boolean;
}

const folderOfWorker = join(import.meta.dirname, '../cloudflare');

// An entry as an application writes it. TypeScript does not know the module of the runtime.
const entry = `
import { DurableObject } from 'cloudflare:workers';
import { runInObject } from '../../src/stores/cloudflare.ts';
import { handle } from './worker.ts';
export class IdempotencyRecords extends DurableObject {
  idempotency(transaction) {
    return runInObject(this.ctx.storage, transaction);
  }
}
export default { fetch: handle };
`;

/** Starts workerd, which npm installs. It ends with this process, or earlier. */
export async function startWorker(bindings: Readonly<Record<string, string>> = {}): Promise<TestWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-workerd-'));
  const script = await bundled();
  let miniflare = newMiniflare(script, folder, bindings);
  return {
    async fetch(path, request) {
      const init =
        request === undefined
          ? {}
          : {
              method: 'POST',
              body: request.body,
              headers: {
                'content-type': 'application/json',
                ...(request.key === undefined ? {} : { 'idempotency-key': request.key }),
              },
            };
      const response = await miniflare.dispatchFetch(`http://worker${path}`, init);
      const isReplay = response.headers.get('idempotency-replayed') === 'true';
      return { status: response.status, text: await response.text(), isReplay };
    },
    async restart() {
      await miniflare.dispose();
      miniflare = newMiniflare(script, folder, bindings);
    },
    async stop() {
      await miniflare.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: folderOfWorker, loader: 'js' },
    bundle: true,
    format: 'esm',
    write: false,
    platform: 'node',
    external: ['cloudflare:workers'],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

function newMiniflare(script: string, folder: string, bindings: Readonly<Record<string, string>>): Miniflare {
  return new Miniflare({
    modules: true,
    script,
    compatibilityDate: '2026-05-01',
    compatibilityFlags: ['nodejs_compat'],
    // Otherwise it requests facts about the location of this machine.
    cf: false,
    bindings,
    d1Databases: ['DB'],
    durableObjects: { RECORDS: { className: 'IdempotencyRecords', useSQLite: true } },
    d1Persist: join(folder, 'd1'),
    durableObjectsPersist: join(folder, 'objects'),
  });
}
