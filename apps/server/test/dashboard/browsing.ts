import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { pagePatienceMs } from '../harness/chromium.ts';
import { onEnd } from '../harness/on-end.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A tab with the dashboard, and what it complained about. */
export interface Tab {
  readonly page: Page;
  /** what the console, the page or its policy complained about, and requests to other servers */
  readonly complaints: string[];
  /** Opens a page by what follows `#` in its path. */
  open(path: string): Promise<void>;
}

/** Opens a tab of a separate browser session, at the dashboard of a server. */
export async function openTab(
  t: TestContext,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(pagePatienceMs);
  onEnd(t, () => context.close());
  return await newTab(await context.newPage(), url);
}

/** Opens a further tab in the session of another one. */
export async function besideTab({ page }: Tab, url: string): Promise<Tab> {
  return await newTab(await page.context().newPage(), url);
}

async function newTab(page: Page, url: string): Promise<Tab> {
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Chromium notes every 404 as an error. That a key is unknown is an answer, which the page shows.
    const isUnknownKey = message.location().url.endsWith('/api/v1/idempotency');
    if (['error', 'warning'].includes(message.type()) && !isUnknownKey)
      complaints.push(`${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    if (!/^(?:data|blob):/.test(request.url()) && !request.url().startsWith(`${url}/`)) {
      complaints.push(`asked another server: ${request.url()}`);
    }
  });
  await page.addInitScript(axe);
  await page.goto(url);
  const open = async (path: string) => {
    await page.goto(`${url}/#/${path}`);
    await settled(page);
  };
  return { page, complaints, open };
}

/** Waits until a page has read what it shows. */
export async function settled(page: Page): Promise<void> {
  await page.locator('#app:has(h1):not(:has(.loading))').waitFor();
}

/** What axe finds wrong with a page as it is. */
export async function axeFaults(page: Page): Promise<string[]> {
  const found: unknown = await page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, any }) => html.slice(0, 160) + ' ' + any.map(({ message }) => message).join()).join(' | ')))",
  );
  assert.ok(Array.isArray(found));
  return found.map(String);
}

/** For a person who looks: where SCREENSHOTS names a folder, each page is kept there. */
export async function screenshot({ page }: Tab, name: string): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder === undefined) return;
  for (const [size, viewport] of [
    ['wide', { width: 1280, height: 900 }],
    ['narrow', { width: 400, height: 860 }],
  ] as const) {
    await page.setViewportSize(viewport);
    await page.screenshot({ path: `${folder}/${name}-${size}.png` });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

/** The text of what has the focus. */
export async function focusedText(page: Page): Promise<string> {
  return String(await page.evaluate('document.activeElement.textContent')).trim();
}

/** Presses Tab until what has the text has the focus. */
export async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await focusedText(page)) === text) return;
  }
  assert.fail(`no Tab leads to ${text}`);
}
