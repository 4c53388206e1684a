// The dashboard in a real browser: one server and one browser for all cases, each case in its own session.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Browser } from 'playwright-core';
import {
  axeFaults,
  besideTab,
  focusedText,
  openTab,
  screenshot,
  settled,
  type Tab,
  tabTo,
} from './dashboard/browsing.ts';
import { type Seeded, seed, seededMs } from './dashboard/seed.ts';
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

const account = (agent: string, serviceId: string) =>
  `agents/${encodeURIComponent(agent)}/${encodeURIComponent(serviceId)}`;

const pagesOf = ({
  billId,
  webhookId,
  prepaidBillId,
}: Seeded): readonly (readonly [path: string, text: string])[] => [
  ['', 'The books agree'],
  ['agents', 'agent-000'],
  ['agents/agent-000', 'search'],
  [account('agent-000', 'search'), 'Bills'],
  ['agents/buyer-1', 'by its own policy'],
  ['bills', 'agent-000'],
  [`bills/${prepaidBillId}`, 'Paid from the prepaid balance'],
  [`bills/${billId}`, 'Billed'],
  ['lookup', 'What happened to a request?'],
  ['lookup/seed-one', 'There were no retries with this key.'],
  ['lookup/seed-0', 'got the first answer'],
  ['lookup/event-7', 'recorded once'],
  ['services', 'llm/input-tokens'],
  ['services/search', 'Most outstanding'],
  ['webhooks', 'https://billing.example/hooks'],
  [`webhooks/${webhookId}`, 'webhook.test'],
  ['api-keys', 'Keys of all tenants'],
  ['log', 'service.registered'],
  ['nothing', 'This page does not exist'],
];

const everyPage: Case = async (t, { url, browser, seeded }) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const tab = await openTab(t, browser, url, { colorScheme });
    for (const [path, text] of pagesOf(seeded)) {
      await tab.open(path);
      await tab.page.locator('main').getByText(text).filter({ visible: true }).first().waitFor();
      assert.deepEqual(await axeFaults(tab.page), [], `${colorScheme} ${path}`);
      await screenshot(tab, `${colorScheme}-${path.replaceAll(/[^a-z0-9-]/g, '_').slice(0, 24)}`);
    }
    assert.deepEqual(tab.complaints, []);
  }
};

/** A browser behaves like this when a link is clicked as soon as the page exists, before the first frame is drawn. */
const followAtOnce = "addEventListener('DOMContentLoaded', () => { location.hash = '#/services'; })";

const earlyLink: Case = async (t, { url, browser }) => {
  const { page } = await openTab(t, browser, url);
  await page.addInitScript(followAtOnce);
  await page.goto('about:blank');
  await page.goto(url);
  await page.getByRole('heading', { name: 'Services and prices', level: 1 }).waitFor();
};

const twoTabs: Case = async (t, { url, api, browser }) => {
  await api.post('/usage', { agent: 'two-tabs', serviceId: 'search', requests: 3 });
  const first = await openTab(t, browser, url);
  const second = await besideTab(first, url);
  const settle = async ({ page, open }: Tab) => {
    await open(account('two-tabs', 'search'));
    await page.getByRole('button', { name: 'Settle…' }).click();
    await page.getByRole('dialog').getByText('0.0375000 XLM').first().waitFor();
  };
  await settle(first);
  await settle(second);
  const bill = (tab: Tab) => tab.page.getByRole('button', { name: /^Bill / }).click();
  await Promise.all([bill(first), bill(second)]);
  const states = await Promise.all(
    [first, second].map(async ({ page }) => {
      const dialog = page.getByRole('dialog');
      await dialog.getByText(/^Settled$|^The quote has changed$/).waitFor();
      return await dialog.getByRole('heading').first().textContent();
    }),
  );
  assert.deepEqual(states.sort(), ['Settle this account?', 'Settled']);
  const { items } = (await api.get('/settlements?agent=two-tabs')).json;
  assert.deepEqual(
    items.map(({ billedStroops }: { readonly billedStroops: string }) => billedStroops),
    ['375000'],
  );
};

const lostAnswer: Case = async (t, { url, api, browser }) => {
  await api.post('/usage', { agent: 'lost', serviceId: 'search', requests: 2 });
  const { page, open } = await openTab(t, browser, url);
  let attempts = 0;
  await page.route('**/api/v1/settle', async (route) => {
    attempts += 1;
    if (attempts > 1) return await route.continue();
    // The server bills, but its answer is lost.
    await route.fetch();
    await route.abort();
  });
  await open(account('lost', 'search'));
  await page.getByRole('button', { name: 'Settle…' }).click();
  await page.getByRole('button', { name: /^Bill / }).click();
  await page.getByText('No answer came').waitFor();
  await page.getByRole('button', { name: /^Bill / }).click();
  await page.getByRole('heading', { name: 'Settled' }).waitFor();
  assert.equal((await api.get('/settlements?agent=lost')).json.items.length, 1);
};

const failingServer: Case = async (t, { url, browser }) => {
  const { page, complaints } = await openTab(t, browser, url);
  await settled(page);
  const answers = { stats: 'slow' };
  let release = () => {};
  await page.route('**/api/v1/services?*', async (route) => {
    if (answers.stats === 'slow') await new Promise<void>((resolve) => (release = resolve));
    if (answers.stats === 'failing') {
      const body = JSON.stringify({ error: 'overloaded', message: 'too much waits', requestId: 'r-1' });
      return await route.fulfill({ status: 503, body, headers: { 'x-request-id': 'r-1' } });
    }
    return answers.stats === 'gone' ? await route.abort() : await route.continue();
  });
  await page.goto(`${url}/#/services`);
  await page.getByText('Still reading the services').waitFor();
  answers.stats = 'failing';
  release();
  await page.getByText('The server is busy').waitFor();
  await page.getByText('overloaded, request r-1').waitFor();
  answers.stats = 'gone';
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('The server does not answer').waitFor();
  assert.deepEqual(await axeFaults(page), []);
  answers.stats = 'well';
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText('llm/input-tokens').first().waitFor();
  // The browser itself logs failed answers.
  const others = complaints.filter((text) => !text.startsWith('Failed to load resource'));
  assert.deepEqual(others, []);
};

const offline: Case = async (t, { url, browser }) => {
  const { page } = await openTab(t, browser, url);
  await page.getByText('Retries not billed twice').waitFor();
  await page.context().setOffline(true);
  await page.getByText('The server does not answer').first().waitFor();
  // The data remains on the page, with the time of the read.
  await page
    .getByText(/What follows is from/)
    .first()
    .waitFor();
  await page.getByText('came again since').waitFor();
  await page.context().setOffline(false);
  await page.getByText('The server does not answer').first().waitFor({ state: 'detached' });
};

const keyboard: Case = async (t, { url, api, browser }) => {
  await api.post('/usage', { agent: 'by-keyboard', serviceId: 'search', requests: 1 });
  const { page } = await openTab(t, browser, url);
  await settled(page);
  await tabTo(page, 'Skip to the content');
  await tabTo(page, 'Agents');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Agents', level: 1 }).waitFor();
  assert.equal(await focusedText(page), 'Agents');
  await page.keyboard.press('Tab');
  await page.keyboard.type('by-key');
  await page.getByRole('link', { name: 'agent-000' }).waitFor({ state: 'detached' });
  await tabTo(page, 'by-keyboard');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'by-keyboard' }).waitFor();
  await tabTo(page, 'search');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Settle…' }).waitFor();
  await tabTo(page, 'Settle…');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal(await focusedText(page), 'Settle…');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Bill 0.0125000 XLM');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Settled' }).waitFor();
};

const recomputed: Case = async (t, { url, browser, seeded }) => {
  const { page, open } = await openTab(t, browser, url);
  await open(`bills/${seeded.billId}`);
  await page.getByRole('button', { name: 'Add it up' }).click();
  await page.getByText('The bill is right').waitFor();
  // The server would show this entry differently from how it billed it.
  await page.route('**/entries?*', async (route) => {
    const answer = await route.fetch();
    const body = await answer.text();
    await route.fulfill({ response: answer, body: body.replace(/"requests":(\d+)/, '"requests":1$1') });
  });
  await page.getByRole('button', { name: 'Add it up' }).click();
  await page.getByText('The bill does not add up').waitFor();
  await page.getByText(/requests at price version 1: \d+ added up here/).waitFor();
  await page.emulateMedia({ media: 'print' });
  assert.equal(await page.getByRole('navigation').isVisible(), false);
  assert.equal(await page.getByRole('button', { name: 'Print' }).isVisible(), false);
  assert.equal(await page.getByText('Billed', { exact: true }).isVisible(), true);
};

const changes: Case = async (t, { url, api, browser, seeded }) => {
  const { page, open, complaints } = await openTab(t, browser, url);
  await api.post('/services', { serviceId: 'to-change', priceStroops: 10 });
  await open('services/to-change');
  await page.getByRole('button', { name: 'Set the price…' }).click();
  const price = page.getByLabel('Price in XLM');
  assert.equal(await price.inputValue(), '0.000001');
  await price.fill('1e3');
  assert.equal(await page.getByRole('button', { name: 'Set the price', exact: true }).isDisabled(), true);
  await price.fill('0.15');
  await page.getByLabel('For', { exact: true }).selectOption('1,000,000 units');
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('button', { name: 'Set the price', exact: true }).click();
  await page.getByText('0.00000015 XLM').first().waitFor();
  await page.getByRole('button', { name: 'Set the price…' }).click();
  await price.fill('0.2');
  await page.getByLabel('From', { exact: true }).fill(`${new Date().getFullYear() + 1}-01-31T12:00`);
  await page.getByText('It applies to usage that is recorded from then on.').waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('button', { name: 'Set the price', exact: true }).click();
  await page.getByText('0.0000002 XLM').first().waitFor();
  const dated = (await api.get('/services/to-change')).json;
  assert.deepEqual([dated.price, dated.nextPrice.price, dated.nextPrice.per], ['0.15', '0.2', 1_000_000]);
  await page.getByRole('button', { name: 'Cancel the next price' }).click();
  await page.getByText('never: withdrawn').waitFor();
  assert.equal('nextPrice' in (await api.get('/services/to-change')).json, false);
  await page.getByRole('button', { name: 'Set the price…' }).click();
  await page.getByLabel('Kind', { exact: true }).selectOption('tiers by the usage in a period');
  await page.getByRole('button', { name: 'Add a tier' }).click();
  await page.getByLabel('Counted over', { exact: true }).selectOption('a day');
  await page.getByLabel('For', { exact: true }).selectOption('one unit');
  await page.getByLabel('Tier 1 up to').fill('1000');
  await page.getByLabel('Tier 1 price in XLM').fill('0');
  const setPrice = page.getByRole('button', { name: 'Set the price', exact: true });
  assert.equal(await setPrice.isDisabled(), true);
  await page.getByLabel('Tier 2 price in XLM').fill('0.5');
  await page.getByLabel('Tier 2 package of').fill('100');
  assert.deepEqual(await axeFaults(page), []);
  await setPrice.click();
  await page.getByText('up to 1,000 of a day: 0 XLM each').first().waitFor();
  const tiered = (await api.get('/services/to-change')).json;
  assert.deepEqual(
    [tiered.tiers, tiered.period],
    [
      [
        { upTo: 1_000, price: '0' },
        { price: '0.5', package: 100 },
      ],
      'day',
    ],
  );
  await page.getByRole('button', { name: 'Disable' }).click();
  await page.getByText('disabled: usage is refused').waitFor();

  await open(`webhooks/${seeded.webhookId}`);
  await page.getByRole('button', { name: /^Deliver again: webhook.test/ }).click();
  await page.getByRole('button', { name: 'Disable' }).click();
  await page.getByRole('button', { name: 'Enable' }).waitFor();
  await page.getByRole('button', { name: 'Enable' }).click();
  await page.getByRole('button', { name: 'Disable' }).waitFor();

  await open('api-keys');
  await page.getByRole('button', { name: 'New key…' }).click();
  await page.getByLabel('Label').fill('to revoke');
  await page.getByRole('button', { name: 'Make the key' }).click();
  const key = String(await page.locator('.secret').textContent());
  assert.match(key, /^apk_[0-9a-f]{32}$/);
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('button', { name: 'I have copied it' }).click();
  await page.getByRole('button', { name: `Revoke ${key.slice(0, 12)}` }).click();
  await page.getByRole('button', { name: 'Revoke it' }).click();
  await page.getByText('revoked').first().waitFor();
  assert.deepEqual(complaints, []);
};

const cases: Readonly<Record<string, Case>> = {
  'every page shows the books in light and dark, without faults of axe or errors in the console': everyPage,
  'a link that is clicked before the first frame is drawn opens its page': earlyLink,
  'two tabs that settle at the same time: one bills, and the other shows that the quote has changed': twoTabs,
  'when the answer to a settlement is lost, pressing again bills once': lostAnswer,
  'a slow, a failing and an unreachable server are each reported, and read again later': failingServer,
  'without a connection the page keeps its data, and continues automatically': offline,
  'an account is found and settled by keyboard alone': keyboard,
  'the browser adds a bill up again, and names the parts that do not add up': recomputed,
  'prices, webhooks and keys are changed from the page': changes,
};

test('the dashboard in a browser', async (t) => {
  const { api, app, clock } = await startInProcess(t, {}, Date.now() - seededMs);
  const seeded = await seed(api, clock);
  const dashboard = { url: app.url, api, browser: await startChromium(t), seeded };
  for (const [name, run] of Object.entries(cases)) await t.test(name, (sub) => run(sub, dashboard));
});
