import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { startChromium } from './harness/chromium.ts';
import { startInProcess } from './harness/in-process.ts';

const entry = fileURLToPath(new URL('../../../packages/client/src/index.ts', import.meta.url));

/** The program of a page: a call and a recorder, and then what the server has. */
const program = `(async () => {
  const billonce = sdk.createBillonce({ url: location.origin });
  const usage = { agent: 'page', serviceId: 'search', requests: 2 };
  await billonce.usage.record(usage);
  const recorder = billonce.recorder({ onRefused: () => {} });
  recorder.add(usage);
  await recorder.close();
  return (await billonce.usage.total(usage)).total;
})()`;

test('the client records from a page in a browser', async (t) => {
  const { api } = await startInProcess(t);
  const { outputFiles } = await build({
    ...{ entryPoints: [entry], bundle: true, format: 'iife', globalName: 'sdk', platform: 'browser' },
    write: false,
  });
  const browser = await startChromium(t);
  // The program is evaluated, which the page's content security policy forbids.
  const page = await browser.newPage({ bypassCSP: true });
  await page.goto(`${api.url}/api/v1/version`);
  assert.equal(await page.evaluate(`${outputFiles[0]?.text}; ${program}`), 4);
});
