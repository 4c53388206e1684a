// Tests the work of an accountant in the browser, without a terminal: a statement, a printed bill, and usage without a
// price.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { axeFaults, openTab, screenshot, type Tab } from './dashboard/browsing.ts';
import { prepaidAgent, type Seeded, seed, seededMs } from './dashboard/seed.ts';
import type { Api } from './harness/api.ts';
import { startChromium } from './harness/chromium.ts';
import { startInProcess } from './harness/in-process.ts';

interface Opened {
  readonly tab: Tab;
  readonly api: Api;
  readonly seeded: Seeded;
}

type Case = (opened: Opened) => Promise<void>;

/** Returns the name and the text of a file that a button downloads. */
async function downloaded(page: Page, button: string): Promise<readonly [name: string, text: string]> {
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  const download = await coming;
  return [download.suggestedFilename(), readFileSync(await download.path(), 'utf8')];
}

const statement: Case = async ({ tab: { page, open }, api }) => {
  await open('bills');
  const label = await page.getByLabel('Month').locator('option').first().textContent();
  const now = new Date();
  const month = now.toISOString().slice(0, 7);
  assert.equal(label, now.toLocaleDateString('en-GB', { year: 'numeric', month: 'long', timeZone: 'UTC' }));
  await page.getByLabel('Statement of').fill(prepaidAgent);
  const [name, csv] = await downloaded(page, 'Statement as CSV');
  assert.equal(name, `statement-${prepaidAgent}-${month}.csv`);
  const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString();
  const query = new URLSearchParams({ from: `${month}-01T00:00:00.000Z`, to: next });
  assert.equal(csv, (await api.get(`/agents/${prepaidAgent}/statement.csv?${query}`)).text);
  assert.match(csv, /\nclosing,/);
  const [file, html] = await downloaded(page, 'Statement to print');
  assert.equal(file, `statement-${prepaidAgent}-${month}.html`);
  assert.match(html, /<td>Closing balance<\/td>/);
  assert.deepEqual(await axeFaults(page), []);
};

const statementOfAgent: Case = async ({ tab, api }) => {
  const { page, open } = tab;
  const now = new Date();
  const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth())).toISOString();
  const to = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString();
  const query = new URLSearchParams({ from, to, asset: 'XLM' });
  const { json } = await api.get(`/agents/${prepaidAgent}/statement?${query}`);
  await open(`agents/${prepaidAgent}`);
  await page.getByRole('tab', { name: 'Statement' }).click();
  const sums = page.getByRole('region', { name: 'Sums of the statement' });
  await sums.waitFor();
  const rows = await sums.locator('tbody tr').all();
  const cells = await Promise.all(rows.map((row) => row.locator('td').allTextContents()));
  assert.equal(cells[0]?.[0], 'Opening');
  assert.equal(cells.at(-1)?.[0], 'Closing');
  // Amounts are in 10^-7 XLM. The sum of each column is its last row.
  const exact = (text = '') => BigInt(text.replace('−', '-').replaceAll(/[^-\d]/g, '') || '0');
  for (const [column, closing] of [json.closing.available, json.closing.unbilled].entries()) {
    const amounts = cells.map((row) => exact(row[column + 1]));
    const last = amounts.pop();
    assert.equal(
      amounts.reduce((sum, amount) => sum + amount, 0n),
      last,
    );
    assert.equal(Number(last) / 1e7, Number(closing));
  }
  const used = page.getByRole('region', { name: 'Usage of the statement' }).locator('tbody tr');
  assert.equal(await used.count(), json.usage.length);
  assert.deepEqual(await axeFaults(page), []);
  const [name, csv] = await downloaded(page, 'Statement as CSV');
  assert.equal(name, `statement-${prepaidAgent}-${from.slice(0, 7)}.csv`);
  assert.equal(csv, (await api.get(`/agents/${prepaidAgent}/statement.csv?${query}`)).text);
  await page.getByLabel('Month').selectOption({ index: 20 });
  await page.getByText('Nothing was used in this month').waitFor();
};

const unpriced: Case = async ({ tab, api }) => {
  const used = await api.post('/usage', { agent: 'agent-000', serviceId: 'not-priced', requests: 7 });
  assert.equal(used.status, 201);
  // Chromium logs the 404 of the quote, and the page explains it.
  await tab.page.goto(`${api.url}/#/agents/agent-000/not-priced`);
  await tab.page.getByText('This service has no price yet').waitFor();
  assert.equal(await tab.page.getByRole('alert').count(), 0);
  await screenshot(tab, 'no-price');
};

const audit: Case = async ({ tab: { page, open }, api }) => {
  await open('');
  const { json } = await api.get('/audit');
  assert.notEqual(json.paid.stroops, '0');
  const shown = page.locator('.facts div', { hasText: 'Paid from balances' }).locator('dd .amount');
  await shown.waitFor();
  const digits = ((await shown.textContent()) ?? '').replaceAll(/\D/g, '');
  assert.equal(BigInt(digits), BigInt(json.paid.stroops));
};

/** Finds texts that are wider than their column. */
const tooWide = `[...document.querySelectorAll('.facts dd')].filter((dd) => dd.scrollWidth > dd.clientWidth).map((dd) => dd.textContent)`;

const paper: Case = async ({ tab, seeded }) => {
  const { page, open } = tab;
  await page.emulateMedia({ media: 'print' });
  for (const width of [595, 794, 1180, 1280]) {
    await page.setViewportSize({ width, height: 1123 });
    await open(`bills/${seeded.prepaidBillId}`);
    assert.deepEqual(await page.evaluate(tooWide), [], `${width} pixels`);
  }
  await screenshot(tab, 'bill-on-paper');
  const recompute = page.getByRole('heading', { name: 'Recompute' });
  assert.equal(await recompute.isVisible(), false, 'what was not done is not printed');
  await page.emulateMedia({ media: null });
};

const longIds: Case = async ({ tab: { page, open }, api }) => {
  const id = `source-${'0'.repeat(60)}-1`;
  await api.post('/usage', { agent: 'agent-long', serviceId: 'search', requests: 7, id });
  await open('agents/agent-long/search');
  const link = page.locator('.usage-id');
  assert.equal(await link.getAttribute('title'), id);
  const box = await link.boundingBox();
  assert.ok(box !== null && box.width <= 160, `${box?.width} pixels`);
};

/** What a card of the page says of a fact, by its name. */
const fact = (page: Page, card: string, name: string) =>
  page
    .locator('.card', { hasText: card })
    .locator('.facts div', { has: page.locator('dt', { hasText: name }) })
    .locator('dd');

const charged: Case = async ({ tab: { page, open }, api }) => {
  const usage = { agent: 'agent-charged', serviceId: 'search', requests: 3, id: 'charged-1' };
  await api.post('/usage', usage, 'charged-key-1');
  const { json: entry } = await api.get('/entries?agent=agent-charged&serviceId=search');
  const { json: bill } = await api.post('/settle', { agent: 'agent-charged', serviceId: 'search' });
  for (const [path, card] of [
    ['lookup/charged-1', 'As a usage id'],
    ['lookup/charged-key-1', 'As an idempotency key'],
  ] as const) {
    await open(path);
    const digits = ((await fact(page, card, 'Amount').textContent()) ?? '').replaceAll(/[^\d.]/g, '');
    assert.equal(Number(digits), Number(entry.items[0].amount));
    const link = fact(page, card, 'Bill').getByRole('link');
    assert.equal(await link.getAttribute('href'), `#/bills/${bill.settlementId}`);
  }
};

const pricedLater: Case = async ({ tab: { page, open }, api }) => {
  const serviceId = 'priced-later';
  await api.post('/usage', { agent: 'agent-early', serviceId, requests: 3 });
  await api.post('/services', { serviceId, price: '0.25' });
  const { json } = await api.post('/settle', { agent: 'agent-early', serviceId });
  await open(`bills/${json.settlementId}`);
  const versions = async (table: string) => {
    const shown = page.getByRole('region', { name: table });
    const names = await shown.locator('thead th').allTextContents();
    return await shown.locator(`tbody td:nth-child(${names.indexOf('Price version') + 1})`).allTextContents();
  };
  await page.getByRole('region', { name: 'Entries of the bill' }).waitFor();
  assert.deepEqual(await versions('Lines'), ['1']);
  assert.deepEqual(await versions('Entries of the bill'), ['1']);
};

const narrow: Case = async ({ tab: { page, open } }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open('log');
  const chosen = page.locator('nav [aria-current]');
  assert.equal(await chosen.textContent(), 'Administrative acts');
  const isInside = (box: Awaited<ReturnType<typeof chosen.boundingBox>>) =>
    box !== null && box.x >= 0 && box.x + box.width <= 390;
  assert.ok(isInside(await chosen.boundingBox()));
  await open(`agents/${prepaidAgent}`);
  // A click scrolls automatically; a script and a screen reader do not.
  await page.getByRole('tab', { name: 'Entries' }).dispatchEvent('click');
  const tab = page.getByRole('tab', { name: 'Entries', selected: true });
  await tab.waitFor();
  assert.ok(isInside(await tab.boundingBox()));
};

const cases: Readonly<Record<string, Case>> = {
  'the statement of a month is downloaded as CSV and as a page to print': statement,
  'the statement of an agent is on its page, adds up, and is downloaded there': statementOfAgent,
  'usage of a service without a price is explained, and is no failure': unpriced,
  'the audit shows what was paid from balances': audit,
  'on paper, no fact of a bill runs into the next one, and a sum that was not made is left out': paper,
  'a usage id and an idempotency key tell what was charged, and on which bill': charged,
  'usage that was recorded before its service had a price shows the price that it is billed at': pricedLater,
  'on a narrow screen the name of the page and the chosen tab are in sight': narrow,
  'a long usage id is shortened to leave room for the other columns': longIds,
};

async function open(t: TestContext, browser: Browser, url: string): Promise<Tab> {
  const tab = await openTab(t, browser, url);
  await tab.page.setViewportSize({ width: 1280, height: 900 });
  return tab;
}

test('the dashboard for finance', async (t) => {
  const { api, app, clock } = await startInProcess(t, {}, Date.now() - seededMs);
  const seeded = await seed(api, clock);
  const browser = await startChromium(t);
  for (const [name, run] of Object.entries(cases))
    await t.test(name, async (sub) => run({ tab: await open(sub, browser, app.url), api, seeded }));
});
