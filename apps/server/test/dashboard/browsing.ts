import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { pagePatienceMs } from '../harness/chromium.ts';
import { onEnd } from '../harness/on-end.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A tab with the dashboard, and the complaints that it caused. */
export interface Tab {
  readonly page: Page;
  /** complaints of the console, the page or its policy, and requests to other servers */
  readonly complaints: string[];
  /** Opens a page by the part of its path after `#`. */
  open(path: string): Promise<void>;
}

/** Opens the dashboard of a server in a tab of a separate browser session. */
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

/** Opens another tab in the session of an existing tab. */
export async function besideTab({ page }: Tab, url: string): Promise<Tab> {
  return await newTab(await page.context().newPage(), url);
}

async function newTab(page: Page, url: string): Promise<Tab> {
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Chromium logs every 404 as an error. An unknown key is a regular answer, which the page shows.
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

/** Waits until a page has loaded its data. */
export async function settled(page: Page): Promise<void> {
  await page.locator('#app:has(h1):not(:has(.loading))').waitFor();
}

/** Returns the faults that axe finds on the current page. */
export async function axeFaults(page: Page): Promise<string[]> {
  const found: unknown = await page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html, any }) => html.slice(0, 160) + ' ' + any.map(({ message }) => message).join()).join(' | ')))",
  );
  assert.ok(Array.isArray(found));
  return found.map(String);
}

/** Saves each page as an image if SCREENSHOTS names a folder, so that a person can look at it. */
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

/** Returns the text of the element that has the focus. */
export async function focusedText(page: Page): Promise<string> {
  return String(await page.evaluate('document.activeElement.textContent')).trim();
}

/** Presses Tab until the element with this text has the focus. */
export async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await focusedText(page)) === text) return;
  }
  assert.fail(`no Tab leads to ${text}`);
}
