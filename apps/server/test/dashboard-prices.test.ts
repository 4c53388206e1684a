// Tests the list of prices on the page of an account in the browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { axeFaults, openTab, screenshot, settled, tabTo } from './dashboard/browsing.ts';
import { startChromium } from './harness/chromium.ts';
import { startInProcess } from './harness/in-process.ts';

const prices = (page: Page) => page.getByRole('region', { name: 'Prices of the account' });

/** The text of each cell, row by row; times are left out, because they depend on the time zone. */
async function rowsOf(page: Page): Promise<readonly (readonly (string | undefined)[])[]> {
  await prices(page).waitFor();
  const rows = await prices(page).locator('tbody tr').all();
  const cells = await Promise.all(rows.map((row) => row.locator('td').allInnerTexts()));
  return cells.map(([version, price, , state, outstanding]) => [version, price, state, outstanding]);
}

test('the page of an account lists the prices that its usage costs, and what is outstanding at each', async (t) => {
  const { api, app, clock } = await startInProcess(t, {}, Date.now() - 86_400_000);
  const priced = async (body: object) =>
    assert.ok((await api.post('/services', { serviceId: 'search', ...body })).status < 300);
  const use = async (requests: number) =>
    assert.equal((await api.post('/usage', { agent: 'agent-7', serviceId: 'search', requests })).status, 201);
  await priced({ priceStroops: 10 });
  await use(3);
  assert.equal((await api.post('/settle', { agent: 'agent-7', serviceId: 'search' })).status, 200);
  await priced({ priceStroops: 12 });
  await use(5);
  const tiers = [
    { upTo: 4, price: '0' },
    { price: '0.5', package: 100 },
  ];
  await priced({ tiers, per: 1, period: 'month' });
  await use(6);
  const effectiveFrom = new Date(clock.nowMs + 30 * 86_400_000).toISOString();
  const dated = { price: '0.2', per: 1_000, effectiveFrom };
  assert.equal((await api.call('/services/search/price', { method: 'PATCH', body: dated })).status, 200);
  await api.post('/usage', { agent: 'agent-7', serviceId: 'unpriced', requests: 1 });

  const expected = [
    ['1', '0.0000010 XLM', 'past', '0'],
    ['2', '0.0000012 XLM', 'past', '5'],
    ['3', 'up to 4 of a month: 0 XLM each\nbeyond of a month: 0.5 XLM for each 100 begun', 'in force', '6'],
    ['4', '0.0002000 XLM', 'next', '0'],
  ];
  const browser = await startChromium(t);
  for (const colorScheme of ['light', 'dark'] as const) {
    const tab = await openTab(t, browser, app.url, { colorScheme });
    const { page, open, complaints } = tab;
    await open('agents/agent-7/search');
    assert.deepEqual(await rowsOf(page), expected);
    assert.deepEqual(await axeFaults(page), [], colorScheme);
    await screenshot(tab, `${colorScheme}-account-prices`);
    await open('agents/agent-7/unpriced');
    await page.getByText('This service has no price yet').waitFor();
    await page.getByText('No price', { exact: true }).waitFor();
    assert.deepEqual(await axeFaults(page), [], colorScheme);
    // Chromium logs the 404 of a service without a price as an error.
    assert.deepEqual(
      complaints.filter((text) => !text.startsWith('Failed to load resource')),
      [],
    );
  }
  const { page, open } = await openTab(t, browser, app.url, { viewport: { width: 400, height: 860 } });
  await open('agents/agent-7/search');
  assert.deepEqual(await rowsOf(page), expected);
  assert.deepEqual(await axeFaults(page), []);
  // What scrolls is reached by keyboard.
  await tabTo(page, 'the service');
  for (let presses = 0; presses < 9 && !(await focusIsIn(page)); presses += 1)
    await page.keyboard.press('Tab');
  assert.equal(await focusIsIn(page), true);
  await page.getByRole('button', { name: 'Settle…' }).click();
  await page.getByRole('button', { name: /^Bill / }).click();
  await page.getByRole('heading', { name: 'Settled' }).waitFor();
  await settled(page);
  await page.keyboard.press('Escape');
  await prices(page).locator('tbody tr').nth(2).getByRole('cell', { name: '0', exact: true }).waitFor();
  assert.deepEqual(
    (await rowsOf(page)).map((row) => row.at(-1)),
    ['0', '0', '0', '0'],
  );
});

async function focusIsIn(page: Page): Promise<boolean> {
  return await page.evaluate("document.activeElement.getAttribute('aria-label') === 'Prices of the account'");
}
