// Tests balances, grants, holds and limits on the page of an agent, in a real browser.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Browser, Route } from 'playwright-core';
import { axeFaults, besideTab, openTab, screenshot, type Tab } from './dashboard/browsing.ts';
import { prepaidAgent, type Seeded, seed, seededMs } from './dashboard/seed.ts';
import type { Api } from './harness/api.ts';
import { startChromium } from './harness/chromium.ts';
import { startInProcess } from './harness/in-process.ts';

interface Dashboard {
  readonly url: string;
  readonly api: Api;
  readonly browser: Browser;
  readonly seeded: Seeded;
}

type Case = (t: TestContext, dashboard: Dashboard) => Promise<void>;

const button = ({ page }: Tab, name: string | RegExp) => page.getByRole('button', { name });
const tabOf = ({ page }: Tab, name: string) => page.getByRole('tab', { name });
const grantsOf = async (api: Api, agent: string) => (await api.get(`/agents/${agent}/grants`)).json.items;

const everyView: Case = async (t, { url, browser }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const tab = await openTab(t, browser, url, { colorScheme });
    const { page, complaints } = tab;
    await tab.open(`agents/${prepaidAgent}`);
    for (const [view, text] of [
      ['Accounts', 'search'],
      ['Statement', 'Refunded'],
      ['Balance ledger', 'refunded'],
      ['Grants', 'invoice-2026-117'],
      ['Holds', 'call-2'],
      ['Limits', 'daily-budget'],
      ['Entries', 'prepaid'],
    ] as const) {
      await tabOf(tab, view).click();
      await page.getByRole('tabpanel').getByText(text).filter({ visible: true }).first().waitFor();
      assert.deepEqual(await axeFaults(page), [], `${colorScheme} ${view}`);
      await screenshot(tab, `${colorScheme}-agent-${view}`);
    }
    for (const [view, opens] of [
      ['Accounts', 'Add credit…'],
      ['Accounts', 'Set a limit…'],
      ['Accounts', 'How it pays…'],
      ['Grants', 'Void invoice-2026-117'],
      ['Holds', 'Release call-2'],
      ['Limits', 'Change daily-budget'],
      ['Limits', 'Delete daily-budget'],
    ] as const) {
      await tabOf(tab, view).click();
      await button(tab, opens).click();
      await page.getByRole('dialog').waitFor();
      assert.deepEqual(await axeFaults(page), [], `${colorScheme} ${opens}`);
      await screenshot(tab, `${colorScheme}-dialog-${opens.replaceAll(/[^A-Za-z0-9]/g, '_')}`);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    assert.deepEqual(complaints, []);
  }
};

/** Adds credit like a user does, and does not wait for the result. */
async function addCredit(tab: Tab, amount: string): Promise<void> {
  await button(tab, 'Add credit…').click();
  await tab.page.getByLabel('Amount in XLM').fill(amount);
  await button(tab, `Add ${amount}`).click();
}

const lostAnswers: Case = async (t, { url, api, browser }) => {
  const tab = await openTab(t, browser, url);
  const { page, open } = tab;
  const keys: string[] = [];
  const answers: ((route: Route) => Promise<void>)[] = [
    // The server grants, but its answer is lost.
    async (route) => {
      await route.fetch();
      await route.abort();
    },
    // Neither a busy server nor a rate limit shows what happened to the first attempt.
    (route) => route.fulfill({ status: 503, body: '{"error":"overloaded","message":"later"}' }),
    (route) => route.fulfill({ status: 429, body: '{"error":"rate_limited","message":"later"}' }),
  ];
  await page.route('**/api/v1/agents/lost/grants', async (route) => {
    if (route.request().method() !== 'POST') return await route.continue();
    keys.push(String(route.request().headers()['idempotency-key']));
    const answer = answers.shift();
    await (answer === undefined ? route.continue() : answer(route));
  });
  await open('agents/lost');
  await addCredit(tab, '12.5000000');
  await page.getByText('No answer came').waitFor();
  // Another amount would be another grant, so the field cannot be changed.
  assert.ok(await page.getByLabel('Amount in XLM').isDisabled());
  assert.deepEqual(await axeFaults(page), []);
  await button(tab, 'Add 12.5').click();
  await page.getByText('The server is busy').waitFor();
  await button(tab, 'Add 12.5').click();
  await page.getByText('Too many requests').waitFor();
  // Neither another dialog nor a reload of the page creates a second grant.
  await button(tab, 'Cancel').click();
  await page.reload();
  await addCredit(tab, '12.5000000');
  await page.getByRole('heading', { name: 'Credit was added' }).waitFor();
  assert.equal(keys.length, 4);
  assert.equal(new Set(keys).size, 1);
  assert.equal((await grantsOf(api, 'lost')).length, 1);
  await button(tab, 'Close').click();
  await page.getByText('12.5').first().waitFor();
  // After that, a request for the same amount is another grant.
  await addCredit(tab, '12.5000000');
  await page.getByRole('heading', { name: 'Credit was added' }).waitFor();
  await page.getByRole('dialog').getByText('25.').waitFor();
  assert.equal((await grantsOf(api, 'lost')).length, 2);
};

const twoTabsVoid: Case = async (t, { url, api, browser }) => {
  const agent = 'voided-twice';
  await api.call(`/agents/${agent}/billing`, { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post(`/agents/${agent}/grants`, { amount: '5', id: 'order-9' });
  const first = await openTab(t, browser, url);
  const second = await besideTab(first, url);
  const tabs = [first, second];
  for (const tab of tabs) {
    await tab.open(`agents/${agent}`);
    await tabOf(tab, 'Grants').click();
    await button(tab, 'Void order-9').click();
    await tab.page.getByRole('dialog').getByText('5.0000000 XLM').first().waitFor();
  }
  // Usage is recorded in between: neither tab voids more or less than it shows.
  await api.post('/usage', { agent, serviceId: 'search', requests: 80 });
  await button(first, 'Void 5.0000000 XLM').click();
  await first.page.getByText('The grant has changed').waitFor();
  await button(first, 'Void 4.0000000 XLM').click();
  await first.page.getByRole('dialog').waitFor({ state: 'detached' });
  await button(second, 'Void 5.0000000 XLM').click();
  await second.page.getByText('The grant has changed').waitFor();
  await second.page.getByRole('button', { name: 'Void 0.0000000 XLM', disabled: true }).waitFor();
  assert.deepEqual(await axeFaults(second.page), []);
  const [grant] = await grantsOf(api, agent);
  assert.deepEqual([grant.voided, grant.drawn, grant.left], ['4', '1', '0']);
};

const twoTabsRelease: Case = async (t, { url, api, browser }) => {
  const agent = 'released-twice';
  await api.call(`/agents/${agent}/billing`, { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post(`/agents/${agent}/grants`, { amount: '3' });
  await api.post('/holds', { agent, serviceId: 'search', amount: '2', id: 'work-1' });
  const first = await openTab(t, browser, url);
  const second = await besideTab(first, url);
  for (const tab of [first, second]) {
    await tab.open(`agents/${agent}`);
    await tabOf(tab, 'Holds').click();
    await button(tab, 'Release work-1').click();
  }
  const released = [first, second].map(async (tab) => {
    await button(tab, 'Release 2.0000000 XLM').click();
    const ended = tab.page.getByText('The hold has ended');
    await tab.page.locator('dialog:not([open]), body:not(:has(dialog))').or(ended).first().waitFor();
    return await ended.count();
  });
  assert.deepEqual((await Promise.all(released)).sort(), [0, 1]);
  const { available, held } = (await api.get(`/agents/${agent}/balance`)).json;
  assert.deepEqual([available, held], ['3', '0']);
  const { items } = (await api.get(`/agents/${agent}/ledger`)).json;
  assert.equal(items.filter(({ kind }: { readonly kind: string }) => kind === 'released').length, 1);
};

const limitsAndPolicy: Case = async (t, { url, api, browser }) => {
  const tab = await openTab(t, browser, url);
  const { page, open, complaints } = tab;
  await open('agents/limited');
  await button(tab, 'Set a limit…').click();
  // The name of another limit is not used by mistake.
  await page.getByLabel('Name').fill('daily-budget');
  await page.getByText('A limit with this name exists').waitFor();
  await page.getByLabel('Name').fill('of-limited');
  await page.getByLabel('At most').fill('2000');
  await page.getByLabel('Window, in UTC').selectOption('month');
  await page.getByLabel('Report at, in percent').fill('7, 100');
  await button(tab, 'Set the limit').click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const read = async () => (await api.get('/limits/of-limited')).json;
  const { agent, window, max, notifyAt } = await read();
  assert.deepEqual([agent, window, max, notifyAt], ['limited', 'month', { quantity: '2000' }, [0.07, 1]]);
  await tabOf(tab, 'Limits').click();
  await button(tab, 'Change of-limited').click();
  assert.equal(await page.getByLabel('Report at, in percent').inputValue(), '7, 100');
  await page.getByLabel('At most').fill('2500.5');
  await button(tab, 'Replace the limit').click();
  await page.getByRole('tabpanel').getByText('2,500.5').first().waitFor();
  assert.deepEqual((await read()).notifyAt, [0.07, 1]);
  await button(tab, 'Delete of-limited').click();
  await button(tab, 'Delete it').click();
  const region = page.getByRole('region', { name: 'Limits' });
  await region.getByText('of-limited').waitFor({ state: 'detached' });
  assert.equal((await api.get('/limits/of-limited')).status, 404);

  const billing = async () => (await api.get('/agents/limited/billing')).json;
  await button(tab, 'How it pays…').click();
  await page.getByLabel('Mode').selectOption('prepaid');
  await page.getByLabel('Overdraft in XLM').fill('2.25');
  await page.getByLabel('Report a low balance').fill('1, 0.5');
  await button(tab, 'Set it').click();
  await page.getByText('by its own policy').waitFor();
  const { mode, overdraft, lowAt } = await billing();
  assert.deepEqual([mode, overdraft, lowAt], ['prepaid', '2.25', ['1', '0.5']]);
  await button(tab, 'How it pays…').click();
  await page.getByLabel('Mode').selectOption('inherited');
  await button(tab, 'Set it').click();
  await page.getByText('no policy is set').waitFor();
  assert.equal((await billing()).source, 'none');
  assert.deepEqual(complaints, []);
};

const agentsByBalance: Case = async (t, { url, browser }) => {
  const { page, open } = await openTab(t, browser, url);
  await open('agents');
  await page.getByLabel('Search').fill('buyer');
  const row = page.locator('tbody tr').filter({ hasText: prepaidAgent });
  await row.getByText('25.0625').waitFor();
  await row.getByText('buyer-1-search, daily-budget').waitFor();
  await page.getByLabel('Search').fill('agent-0');
  await page.getByLabel('Sort by').selectOption('available');
  await page.getByText('No agent matches').waitFor();
};

const prepaidBill: Case = async (t, { url, browser, seeded }) => {
  const tab = await openTab(t, browser, url);
  const { page, open } = tab;
  await open(`bills/${seeded.prepaidBillId}`);
  const totals = page.locator('.totals');
  assert.deepEqual(await totals.locator('dt').allTextContents(), [
    'Cost of the usage',
    'Paid from the prepaid balance',
    'Billed, as what is left to pay',
  ]);
  assert.deepEqual(await totals.locator('dd').allTextContents(), [
    '8.1250000 XLM',
    '−8.0000000 XLM',
    '0.1250000 XLM',
  ]);
  await button(tab, 'Add it up').click();
  await page.getByText('The bill is right').waitFor();
  // If an answer contains a draw of another amount, the page shows what is wrong.
  await page.route('**/settlements/*/entries?*', async (route) => {
    const body = await (await route.fetch()).text();
    await route.fulfill({ body: body.replace('"drawn":"8"', '"drawn":"7.9"') });
  });
  await button(tab, 'Add it up').click();
  await page.getByText(/paid from the balance: 7\.9000000 added up here, 8 on the bill/).waitFor();
};

const offlineList: Case = async (t, { url, browser }) => {
  const { page, open } = await openTab(t, browser, url);
  await open('agents');
  await page.context().setOffline(true);
  await page.getByLabel('Search').fill('buyer');
  await page.getByText('The server does not answer').waitFor();
  await page.getByText('This page tries again every few seconds').waitFor();
  await page.context().setOffline(false);
  await page.getByRole('link', { name: prepaidAgent }).waitFor();
};

const otherAsset: Case = async (t, { url, api, browser }) => {
  const agent = 'in-dollars';
  await api.call('/assets/USD', { method: 'PUT', body: { scale: 2 } });
  await api.post(`/agents/${agent}/grants`, { amount: '7.25', asset: 'USD', id: 'invoice-3' });
  const tab = await openTab(t, browser, url);
  const { page, open } = tab;
  await open(`agents/${agent}`);
  await page.getByLabel('Balance in').selectOption('USD');
  await page.locator('.figures').getByText('7.25 USD').waitFor();
  for (const view of ['Statement', 'Balance ledger']) {
    await tabOf(tab, view).click();
    await page.getByRole('tabpanel').getByText('7.25 USD').filter({ visible: true }).first().waitFor();
  }
  await tabOf(tab, 'Grants').click();
  await page.getByRole('tabpanel').getByText('invoice-3').waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await button(tab, 'Add credit…').click();
  await page.getByLabel('Amount in USD').fill('2.75');
  await button(tab, 'Add 2.75 USD').click();
  await page.getByRole('dialog').getByText('10 USD').waitFor();
  const balanceIn = async (asset: string) =>
    (await api.get(`/agents/${agent}/balance?asset=${asset}`)).json.available;
  assert.deepEqual([await balanceIn('USD'), await balanceIn('XLM')], ['10', '0']);
};

const cases: Readonly<Record<string, Case>> = {
  'each view and dialog of an agent opens, without faults of axe or errors in the console': everyView,
  'a credit whose answer is lost is added once, even from another dialog or after a reload': lostAnswers,
  'two tabs that void a grant: neither voids an amount that it does not show': twoTabsVoid,
  'two tabs that release a hold: one releases it, and the other shows that it has ended': twoTabsRelease,
  'a limit is set, changed and deleted, and the payment mode of an agent is set and reset': limitsAndPolicy,
  'agents are listed with balance, holds and limits, and sorted by the available amount': agentsByBalance,
  'a bill shows the amounts paid and due, and the browser adds them up': prepaidBill,
  'a list that got no answer continues automatically': offlineList,
  'the balance, its ledger, the statement and the grants of an agent are shown in each asset, and credit is added in it':
    otherAsset,
};

test('the dashboard shows prepaid agents in a browser', async (t) => {
  const { api, app, clock } = await startInProcess(t, {}, Date.now() - seededMs);
  const seeded = await seed(api, clock);
  const dashboard = { url: app.url, api, browser: await startChromium(t), seeded };
  for (const [name, run] of Object.entries(cases)) await t.test(name, (sub) => run(sub, dashboard));
});
