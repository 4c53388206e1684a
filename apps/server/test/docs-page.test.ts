import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operations } from '@billonce/contract';
import { pagePatienceMs, startChromium } from './harness/chromium.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey } from './harness/tenants.ts';

test('the page of the API reference shows every operation in a browser, and loads nothing from other servers', async (t) => {
  // The page is open like the document that it shows, even if everything else requires a key.
  const { app } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const browser = await startChromium(t);
  const page = await browser.newPage({ viewport: { width: 1200, height: 1600 } });
  page.setDefaultTimeout(pagePatienceMs);
  const complaints: string[] = [];
  const asked: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${app.url}/api/v1/docs`);
  await page
    .locator('.opblock')
    .nth(Object.keys(operations).length - 1)
    .waitFor();
  assert.equal(await page.locator('.opblock').count(), Object.keys(operations).length);
  await page.locator('#operations-Usage-recordUsage').click();
  await page.getByText('Names the operation; the same for every retry of it.').first().waitFor();
  const shot = process.env['SCREENSHOT'];
  if (shot !== undefined) await page.screenshot({ path: shot });
  assert.deepEqual(complaints, []);
  const others = asked.filter((url) => !url.startsWith(`${app.url}/`) && !url.startsWith('data:'));
  assert.deepEqual(others, []);
});
