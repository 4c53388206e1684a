import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { adminKey } from './harness/tenants.ts';

const asBrowser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };

test('browsers get the dashboard at /, and other clients get a JSON error', async (t) => {
  // The page itself needs no key: it reads its data with the key of its user.
  const { app } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const page = await fetch(app.url, { headers: asBrowser });
  assert.equal(page.status, 200);
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.match(page.headers.get('vary') ?? '', /\bAccept(?!-)/);
  for (const accept of ['*/*', 'application/json', 'text/html;q=0, */*', 'text/plain']) {
    const answer = await fetch(app.url, { headers: { accept } });
    assert.equal(answer.status, 404, accept);
    assert.match(await answer.text(), /"error":"not_found".*browsers get the dashboard.*\/api\/v1/);
  }
  const mistaken = await fetch(`${app.url}/usage`, { headers: { accept: '*/*' } });
  assert.match(await mistaken.text(), /"error":"not_found".*begin with \/api\/v1/);
  assert.equal((await fetch(app.url, { method: 'POST', headers: asBrowser })).status, 404);
  assert.equal((await fetch(`${app.url}/dashboard/none.js`, { headers: asBrowser })).status, 404);
});

test('the page allows no inline script and no other server, and its files are compressed and may be cached for ever', async (t) => {
  const { app } = await startInProcess(t);
  const page = await fetch(app.url, { headers: asBrowser });
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  const html = await page.text();
  assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|style=|onload=|https?:/);
  const tag = page.headers.get('etag') ?? '';
  const again = await fetch(app.url, { headers: { ...asBrowser, 'if-none-match': tag } });
  assert.equal(again.status, 304);

  const paths = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path = '']) => path);
  assert.equal(paths.length, 3);
  let bytes = 0;
  for (const path of paths) {
    const file = await fetch(`${app.url}${path}`, { headers: { 'accept-encoding': 'br' } });
    assert.equal(file.status, 200, path);
    assert.equal(file.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.equal(file.headers.get('content-encoding'), 'br');
    bytes += Number(file.headers.get('content-length'));
  }
  assert.ok(bytes < 100_000, `${bytes} bytes to load`);
});
