// Loaded into each process of test files, and with it into the threads that they start: a thread of the server runs its bundle.
// Plain JavaScript, because every thread loads it.
import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const sources = new URL('..', import.meta.url).href;
const folder = process.env.BILLONCE_TEST_BUNDLES;

if (!isMainThread && folder !== undefined) {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      return nextResolve(bundleOf(specifier) ?? specifier, context);
    },
  });
}

/** The bundle of the main file of a thread; `undefined` for any other file. */
function bundleOf(url) {
  if (!url.startsWith(sources) || !url.endsWith('-thread.ts')) return undefined;
  const bundle = new URL(`file://${folder}/${url.slice(sources.length).replace(/\.ts$/, '.mjs')}`);
  return existsSync(bundle) ? bundle.href : undefined;
}
