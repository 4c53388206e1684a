import { join } from 'node:path';
import { build } from 'esbuild';
import { Miniflare } from 'miniflare';
import { workerBlockOf } from '../docs/harness/page-blocks.ts';

/** A Worker on workerd whose store is a block of a page, with a handler that counts its charges. */
export interface PageWorker {
  charge(
    body: string,
  ): Promise<{ readonly status: number; readonly text: string; readonly isReplay: boolean }>;
  stop(): Promise<void>;
}

const handler = `
import { idempotent } from '@billonce/idempotency/fetch';
let charges = 0;
const charge = () => Response.json({ charge: ++charges }, { status: 201 });
export default { fetch: idempotent({ store, tenantOf: () => 'acme' }, charge) };
`;

/** Starts the Worker of a page, with the bindings that the page names. */
export async function startPageWorker(page: string, file: string): Promise<PageWorker> {
  const { outputFiles } = await build({
    stdin: {
      contents: workerBlockOf(page, file) + handler,
      resolveDir: join(import.meta.dirname, '../..'),
      loader: 'js',
    },
    bundle: true,
    format: 'esm',
    write: false,
    platform: 'node',
    external: ['cloudflare:workers'],
    logLevel: 'silent',
  });
  const miniflare = new Miniflare({
    modules: true,
    script: outputFiles[0]?.text ?? '',
    compatibilityDate: '2026-05-01',
    compatibilityFlags: ['nodejs_compat'],
    // Otherwise it requests facts about the location of this machine.
    cf: false,
    ...(file.startsWith('d1')
      ? { d1Databases: ['DB'] }
      : { durableObjects: { IDEMPOTENCY: { className: 'IdempotencyRecords', useSQLite: true } } }),
  });
  return {
    async charge(body) {
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'order-1842' };
      const response = await miniflare.dispatchFetch('http://worker/charges', {
        method: 'POST',
        headers,
        body,
      });
      const isReplay = response.headers.get('idempotency-replayed') === 'true';
      return { status: response.status, text: await response.text(), isReplay };
    },
    stop: () => miniflare.dispose(),
  };
}
