// Tests which parts of the dashboard each key may see, and books with many agents, in a real browser.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { axeFaults, besideTab, openTab, settled } from './dashboard/browsing.ts';
import { prepaidAgent, seed } from './dashboard/seed.ts';
import type { Api } from './harness/api.ts';
import { startChromium } from './harness/chromium.ts';
import { startInProcess } from './harness/in-process.ts';
import { rounds } from './harness/rounds.ts';
import { adminKey, apiOfTenant, asAdmin } from './harness/tenants.ts';

interface Protected {
  readonly url: string;
  readonly api: Api;
  readonly browser: Browser;
}

type Case = (t: TestContext, server: Protected) => Promise<void>;

async function keyWith(api: Api, scopes: readonly string[]): Promise<string> {
  const made = await api.post('/api-keys', { label: 'a key', tenant: 'acme', scopes }, undefined, asAdmin);
  return String(made.json.key);
}

/** Buttons that lead to a write. */
const writing =
  /Settle|Set the price|Disable|New key|Revoke|Add credit|Set a limit|How it pays|Void|Release|Change|Delete/;

const readOnly: Case = async (t, { url, api, browser }) => {
  const tab = await openTab(t, browser, url);
  const { page, open, complaints } = tab;
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.getByLabel('API key').fill('apk_00000000000000000000000000000000');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('The server does not recognize this key.').waitFor();
  await page.getByLabel('API key').fill(await keyWith(api, ['read']));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await page.getByText('read only').waitFor();
  for (const [path, text] of [
    ['agents/agent-000/search', 'To bill'],
    [`agents/${prepaidAgent}`, 'by its own policy'],
    ['services/search', 'Most outstanding'],
    ['api-keys', 'The key of this tab'],
  ] as const) {
    await open(path);
    await page.locator('main').getByText(text).first().waitFor();
    const write = page.getByRole('button', { name: writing });
    assert.equal(await write.count(), 0, path);
  }
  // Each view of an agent is shown without these buttons.
  await open(`agents/${prepaidAgent}`);
  for (const [view, text] of [
    ['Statement', 'Granted'],
    ['Balance ledger', 'granted'],
    ['Grants', 'welcome'],
    ['Holds', 'call-2'],
    ['Limits', 'daily-budget'],
  ] as const) {
    await page.getByRole('tab', { name: view }).click();
    await page.getByRole('tabpanel').getByText(text).first().waitFor();
    assert.equal(await page.getByRole('button', { name: writing }).count(), 0, view);
  }
  // The server omits everything that may be secret.
  await open('webhooks');
  await page.getByRole('link', { name: 'https://billing.example', exact: true }).click();
  await page.getByText('webhook.test').waitFor();
  assert.equal(await page.getByRole('button', { name: /Deliver again|Send a test|Disable/ }).count(), 0);
  await open('log');
  await page.locator('tbody').getByText('service.registered').first().waitFor();
  // Another tab does not have the key.
  const other = await besideTab(tab, url);
  await other.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByText('read only').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  const others = complaints.filter((text) => !text.startsWith('Failed to load resource'));
  assert.deepEqual(others, []);
};

const recordOnly: Case = async (t, { url, api, browser }) => {
  const { page } = await openTab(t, browser, url);
  await page.getByLabel('API key').fill(await keyWith(api, ['record']));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This key may not see this').first().waitFor();
};

const admin: Case = async (t, { url, browser }) => {
  const { page, open } = await openTab(t, browser, url);
  await page.getByLabel('API key').fill(adminKey);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Whose books?' }).waitFor();
  await page.getByLabel('Tenant', { exact: true }).fill('acme');
  await page.getByRole('button', { name: 'Show its books' }).click();
  await page.getByRole('heading', { name: 'Overview' }).waitFor();
  await open('api-keys');
  await page.getByText('Keys of all tenants').waitFor();
  await open('log');
  await page.locator('tbody').getByText('api_key.created').first().waitFor();
};

const revoked: Case = async (t, { url, api, browser }) => {
  const key = await keyWith(api, ['read']);
  const { page, open } = await openTab(t, browser, url);
  await page.getByLabel('API key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('read only').waitFor();
  await api.call(`/api-keys/${key.slice(0, 12)}`, { method: 'DELETE', headers: asAdmin });
  await open('services').catch(() => undefined);
  await page.getByText('The server does not recognize this key.').waitFor();
};

const agentsMany = rounds({ test: 2_000, prove: 100_000 });
const bulkSize = Math.min(agentsMany, 10_000);

const manyAgents: Case = async (t, { url, api, browser }) => {
  const many = await apiOfTenant(api, 'many');
  for (let start = 0; start < agentsMany; start += bulkSize) {
    const items = Array.from({ length: bulkSize }, (_, index) => ({
      agent: `agent-${String(start + index).padStart(6, '0')}`,
      serviceId: 'search',
      requests: 1 + ((start + index) % 997),
    }));
    assert.equal((await many.post('/usage/bulk', { items })).status, 201);
  }
  const made = await api.post('/api-keys', { label: 'many', tenant: 'many' }, undefined, asAdmin);
  const { page, open } = await openTab(t, browser, url);
  await page.getByLabel('API key').fill(String(made.json.key));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await settled(page);
  await open('agents');
  const rows = page.locator('tbody tr:not(.spacer)');
  const frame = page.getByRole('region', { name: 'Agents' });
  for (let page_ = 1; page_ <= 4; page_ += 1) {
    await frame.evaluate((element) => Reflect.set(element, 'scrollTop', 1e9));
    await page.getByText(`${(200 * (page_ + 1)).toLocaleString('en')} rows so far`).waitFor();
  }
  assert.ok((await rows.count()) < 80, `${await rows.count()} rows are on the page`);
  const last = `agent-${String(agentsMany - 1).padStart(6, '0')}`;
  await page.getByLabel('Search').fill(last.slice(-6));
  await page.getByRole('link', { name: last }).waitFor();
  await page.getByLabel('Search').fill('');
  await page.getByLabel('Sort by').selectOption('outstanding');
  await page.getByText('200 rows, all of them').waitFor();
};

const cases: Readonly<Record<string, Case>> = {
  'a read-only key shows the books in its own tab only, without anything that changes them': readOnly,
  'a key that may not read gets a message about that': recordOnly,
  'the admin names a tenant, and sees keys and the log': admin,
  'a key that is revoked while it is used leads back to the sign-in': revoked,
  'of many agents the page renders only those in view': manyAgents,
};

test('the dashboard asks for a key in a browser', async (t) => {
  const { api, app, clock } = await startInProcess(t, { ADMIN_API_KEY: adminKey, BULK_MAX_ITEMS: '10000' });
  await seed(await apiOfTenant(api, 'acme'), clock);
  const server = { url: app.url, api, browser: await startChromium(t) };
  for (const [name, run] of Object.entries(cases)) await t.test(name, (sub) => run(sub, server));
});
