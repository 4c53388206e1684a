// Closes a month in the browser: previews it, bills it, interrupts and continues it, and bills it from two tabs at
// once.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import {
  axeFaults,
  besideTab,
  focusedText,
  openTab,
  screenshot,
  type Tab,
  tabTo,
} from './dashboard/browsing.ts';
import type { Api } from './harness/api.ts';
import { startChromium } from './harness/chromium.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, apiOfTenant, asAdmin } from './harness/tenants.ts';

interface Opened {
  readonly tab: Tab;
  readonly api: Api;
}

type Case = (t: TestContext, opened: Opened) => Promise<void>;

const now = new Date();
const monthStart = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
/** The previous month, such as `2026-11`. */
const lastMonth = new Date(monthStart - 1).toISOString().slice(0, 7);
const agents = Array.from({ length: 9 }, (_, number) => `agent-${number}`);
const services = ['search', 'images'] as const;

/** Records usage of the last month and of this one. The last month has 9 × 10 stroops and 9 × 0.10 USD. */
async function record(api: Api, clock: { nowMs: number }): Promise<void> {
  const made = async (path: string, body: object) => {
    const { status, text } = await api.post(path, body);
    assert.equal(Math.floor(status / 100), 2, text);
  };
  const asset = await api.call('/assets/USD', { method: 'PUT', body: { scale: 2 } });
  assert.equal(asset.status, 201, asset.text);
  await made('/services', { serviceId: 'search', priceStroops: 2 });
  await made('/services', { serviceId: 'images', price: '0.02', asset: 'USD' });
  const items = agents.flatMap((agent) => services.map((serviceId) => ({ agent, serviceId, requests: 5 })));
  await made('/usage/bulk', { items });
  clock.nowMs = monthStart + 1;
  await made('/usage/bulk', { items });
}

async function billsOf(api: Api): Promise<{ readonly agent: string; readonly amount: string }[]> {
  return (await api.get(`/settlements?runId=${lastMonth}&limit=1000`)).json.items;
}

/** Each account of the month is on exactly one bill, which has only its usage of the last month. */
async function assertClosed(api: Api): Promise<void> {
  const bills = await billsOf(api);
  assert.deepEqual(
    bills.map(({ agent, amount }) => `${agent} ${amount}`).sort(),
    agents.flatMap((agent) => [`${agent} 0.0000010`, `${agent} 0.10`]).sort(),
  );
  assert.equal((await api.get('/settlements?limit=1000')).json.items.length, bills.length);
  assert.equal((await api.get('/audit')).json.ok, true);
}

/** Checks the page in light and dark. */
async function assertShown(tab: Tab, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await tab.page.emulateMedia({ colorScheme });
    assert.deepEqual(await axeFaults(tab.page), [], colorScheme);
    await screenshot(tab, `${name}-${colorScheme}`);
  }
}

const look = async (page: Page) => {
  await page.getByRole('button', { name: 'Show what would be billed' }).click();
  await page.getByText('would be made:').waitFor();
};
const bill = (page: Page) => page.getByRole('button', { name: /^Bill \d+ agents?$/ }).click();
const closed = (page: Page) => page.getByText(/^Closed/).waitFor();

/** Lets this many settlements through, and holds the others until the page is closed. */
async function holdBack(page: Page, most: number): Promise<{ readonly reached: Promise<void> }> {
  let sent = 0;
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  await page.route('**/api/v1/settle', async (route) => {
    sent += 1;
    if (sent <= most) return await route.continue();
    resolve();
  });
  return { reached };
}

const close: Case = async (_t, { tab, api }) => {
  const { page, open, complaints } = tab;
  await open('bills');
  assert.equal(await page.getByLabel('Period to close').inputValue(), lastMonth);
  assert.equal(await page.getByRole('button', { name: /^Bill / }).count(), 0, 'nothing before the look');
  await look(page);
  await page.getByText('18 bills of 9 agents would be made:').waitFor();
  const sums = page.getByRole('list', { name: 'Sums by asset' });
  assert.deepEqual(await sums.getByRole('listitem').allTextContents(), ['0.90 USD', '0.0000090 XLM']);
  assert.deepEqual(await billsOf(api), [], 'to look bills nothing');
  await assertShown(tab, 'close-looked');
  await bill(page);
  await closed(page);
  await page.getByText('has 18 bills of 9 agents').waitFor();
  assert.deepEqual(await sums.getByRole('listitem').allTextContents(), ['0.90 USD', '0.0000090 XLM']);
  await assertClosed(api);
  await assertShown(tab, 'close-ended');
  await page.getByRole('link', { name: `Bills of the run ${lastMonth}` }).click();
  await page.getByRole('heading', { name: `Run ${lastMonth}` }).waitFor();
  await page.getByText('18 rows, all of them').waitFor();
  await assertShown(tab, 'close-run');
  await page.getByRole('region', { name: 'Bills' }).getByRole('link').first().click();
  await page.getByRole('link', { name: lastMonth }).waitFor();
  await open('bills');
  await page.getByRole('button', { name: 'Show what would be billed' }).click();
  await page.getByText(`Nothing is left to bill in the run ${lastMonth}.`).waitFor();
  await page.getByText('This run has 18 bills already').waitFor();
  assert.deepEqual(complaints, []);
};

const byKeyboard: Case = async (_t, { tab: { page, open }, api }) => {
  await open('bills');
  await tabTo(page, 'Show what would be billed');
  await page.keyboard.press('Enter');
  await page.getByText('would be made:').waitFor();
  await tabTo(page, 'Bill 9 agents');
  await page.keyboard.press('Enter');
  await closed(page);
  await assertClosed(api);
  await tabTo(page, `Bills of the run ${lastMonth}`);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: `Run ${lastMonth}` }).waitFor();
  assert.equal(await focusedText(page), `Run ${lastMonth}`);
};

const reloaded: Case = async (_t, { tab: { page, open, complaints }, api }) => {
  await open('bills');
  const { reached } = await holdBack(page, 5);
  await look(page);
  await bill(page);
  await reached;
  await page.reload();
  await page.unroute('**/api/v1/settle');
  await page.getByText(`The run ${lastMonth} was stopped`).waitFor();
  const before = (await billsOf(api)).length;
  assert.ok(before > 0 && before <= 5, `${before} bills`);
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('button', { name: 'Continue' }).click();
  await closed(page);
  await page.getByText('has 18 bills of 9 agents').waitFor();
  await assertClosed(api);
  await page.reload();
  await page.getByRole('heading', { name: 'Close a month' }).waitFor();
  assert.equal(await page.getByText('was stopped').count(), 0, 'a run that has ended is forgotten');
  assert.deepEqual(complaints, []);
};

const stopped: Case = async (_t, { tab: { page, open }, api }) => {
  await open('bills');
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  await page.route('**/api/v1/settle', async (route) => {
    reach();
    await held;
    await route.continue();
  });
  await look(page);
  await bill(page);
  await reached;
  await page.getByRole('button', { name: 'Stop' }).click();
  release();
  // Requests under way finish, and no new ones begin.
  await page.getByText(`The run ${lastMonth} was stopped`).waitFor();
  const count = (await billsOf(api)).length;
  assert.ok(count > 0 && count <= 4, `${count} bills`);
  await page.getByRole('button', { name: 'Continue' }).click();
  await closed(page);
  await assertClosed(api);
};

const twoTabs: Case = async (_t, { tab: first, api }) => {
  const second = await besideTab(first, api.url);
  for (const { page, open } of [first, second]) {
    await open('bills');
    await look(page);
  }
  // The requests of both tabs are released in pairs, so that they reach the server at the same time.
  let isPaired = true;
  let waiting: (() => void)[] = [];
  const letGo = () => {
    for (const go of waiting) go();
    waiting = [];
  };
  await first.page.context().route('**/api/v1/settle', async (route) => {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      if (!isPaired || waiting.length === 2) letGo();
    });
    await route.continue();
  });
  await Promise.all([bill(first.page), bill(second.page)]);
  // At the end, one of the tabs has less to do.
  await Promise.race([closed(first.page), closed(second.page)]);
  isPaired = false;
  letGo();
  for (const { page } of [first, second]) {
    await closed(page);
    await page.getByText('has 18 bills of 9 agents').waitFor();
  }
  await assertClosed(api);
};

const failing: Case = async (_t, { tab, api }) => {
  const { page, open } = tab;
  await open('bills');
  await look(page);
  let sent = 0;
  // The server bills, but its answers are lost. Later it answers that it is unavailable.
  await page.route('**/api/v1/settle', async (route) => {
    sent += 1;
    if (sent <= 2) {
      await route.fetch();
      return await route.abort();
    }
    const body = JSON.stringify({ error: 'overloaded', message: 'too much waits', requestId: 'r-1' });
    return await route.fulfill({ status: 503, body });
  });
  await bill(page);
  await page.getByText('The server is busy').waitFor();
  await page.getByText(`The run ${lastMonth} was stopped`).waitFor();
  assert.equal((await billsOf(api)).length, 2);
  await assertShown(tab, 'close-failing');
  await page.unroute('**/api/v1/settle');
  await page.getByRole('button', { name: 'Continue' }).click();
  await closed(page);
  await assertClosed(api);
};

const left: Case = async (_t, { tab, api }) => {
  const { page, open } = tab;
  await page.route('**/api/v1/settle', async (route) => {
    const { agent } = route.request().postDataJSON();
    if (agent !== 'agent-3') return await route.continue();
    const body = JSON.stringify({ error: 'limit_exceeded', message: 'too much' });
    return await route.fulfill({ status: 422, body });
  });
  await api.post('/usage', { agent: 'agent-7', serviceId: 'not-priced', requests: 1 });
  await open('bills');
  await look(page);
  await page.getByRole('row', { name: /agent-7 not-priced its service has no price/ }).waitFor();
  await bill(page);
  await page.getByText('Closed, except what is below').waitFor();
  await page.getByRole('row', { name: /agent-3 search too much/ }).waitFor();
  await page.getByRole('row', { name: /agent-3 images too much/ }).waitFor();
  await page.getByText('3 accounts not billed, or not all of it').waitFor();
  await assertShown(tab, 'close-left');
  assert.equal((await billsOf(api)).length, 16);
};

const moment: Case = async (_t, { tab: { page, open }, api }) => {
  await open('bills');
  await page.getByLabel('Period to close').selectOption('Until a moment…');
  const look = page.getByRole('button', { name: 'Show what would be billed' });
  assert.equal(await look.count(), 0);
  await page.getByLabel('Recorded before').fill(`${now.getUTCFullYear() + 1}-01-01T00:00`);
  await page.getByLabel('Name of the run').fill('by hand');
  assert.equal(await look.count(), 0, 'neither a moment to come nor a name with a space');
  await page.getByLabel('Name of the run').fill('by-hand');
  assert.equal(await look.count(), 0);
  const local = new Date(monthStart - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
  await page.getByLabel('Recorded before').fill(local);
  await look.click();
  await bill(page);
  await closed(page);
  const { items } = (await api.get('/settlements?runId=by-hand')).json;
  assert.equal(items.length, 18);
};

const cases: Readonly<Record<string, Case>> = {
  'a month is previewed, closed once, and its bills have a page': close,
  'a month is closed by keyboard alone': byKeyboard,
  'a page that is reloaded during a run continues it, and bills nothing twice': reloaded,
  'a stopped run finishes the requests under way, and can be continued': stopped,
  'two tabs that close the same month at the same time create one bill for each account': twoTabs,
  'a run stops if the server fails, and usage whose bill got no answer is not billed again': failing,
  'an account that cannot be billed is listed with the reason, and the others are billed': left,
  'usage recorded before a chosen moment is billed under a chosen name': moment,
};

async function started(t: TestContext, browser: Browser): Promise<Opened> {
  const { api, app, clock } = await startInProcess(t, {}, monthStart - 3_600_000);
  await record(api, clock);
  return { api, tab: await openTab(t, browser, app.url) };
}

test('a month is closed in a browser', async (t) => {
  const browser = await startChromium(t);
  for (const [name, run] of Object.entries(cases))
    await t.test(name, async (sub) => run(sub, await started(sub, browser)));
});

test('with a key that may not settle, the page shows the amounts to bill, and no button that bills', async (t) => {
  const { api, app, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey }, monthStart - 3_600_000);
  await record(await apiOfTenant(api, 'acme'), clock);
  const browser = await startChromium(t);
  const keys = [
    [{ scopes: ['read'] }, '18 bills of 9 agents would be made:'],
    [{ scopes: ['read', 'settle'], agent: 'agent-1' }, 'This key may not see this'],
  ] as const;
  for (const [bound, shown] of keys) {
    const made = await api.post('/api-keys', { label: 'a', tenant: 'acme', ...bound }, undefined, asAdmin);
    const { page, open } = await openTab(t, browser, app.url);
    await page.getByLabel('API key').fill(String(made.json.key));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await open('bills');
    await page.getByRole('button', { name: 'Show what would be billed' }).click();
    await page.locator('.run').getByText(shown).waitFor();
    assert.equal(await page.getByRole('button', { name: /^(Bill|Continue)/ }).count(), 0);
  }
});
