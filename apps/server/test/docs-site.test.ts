// Tests the docs site as it is served from a folder. server-package.test.ts opens the real one in a browser.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fastify, { type FastifyInstance } from 'fastify';
import { ApiError } from '../src/http/api-error.ts';
import { registerDocsSite } from '../src/http/docs-site.ts';
import { startInProcess } from './harness/in-process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const script = 'document.documentElement.classList.add("dark")';
const page = `<!doctype html><script src="/docs/assets/app.1a2b.js"></script><script id="dark">${script}</script>`;

function siteIn(folder: string): void {
  mkdirSync(join(folder, 'assets'));
  mkdirSync(join(folder, 'adr'));
  writeFileSync(join(folder, '.built-from'), 'digest');
  writeFileSync(join(folder, 'index.html'), page);
  writeFileSync(join(folder, 'tutorial.html'), page);
  writeFileSync(join(folder, 'adr/index.html'), page);
  writeFileSync(join(folder, 'assets/app.1a2b.js'), 'export {};');
}

async function serve(t: TestContext, folder: string): Promise<FastifyInstance> {
  const app = fastify();
  t.after(() => app.close());
  app.setErrorHandler((error, _request, reply) =>
    reply
      .code(error instanceof ApiError && error.code === 'not_found' ? 404 : 500)
      .send({ message: String(error) }),
  );
  registerDocsSite(app, folder);
  return app;
}

test('pages run the scripts they were built with, and files with a digest in their names may be cached for ever', async (t) => {
  const folder = temporaryFolder(t);
  siteIn(folder);
  const app = await serve(t, folder);
  for (const url of ['/docs/', '/docs/index.html', '/docs/tutorial', '/docs/tutorial.html', '/docs/adr/']) {
    const answer = await app.inject(url);
    assert.equal(answer.statusCode, 200, url);
    assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
    const digest = createHash('sha256').update(script).digest('base64');
    const policy = String(answer.headers['content-security-policy']);
    assert.match(policy, /^default-src 'none'; script-src 'self' 'sha256-/);
    assert.ok(policy.includes(`script-src 'self' 'sha256-${digest}';`), policy);
    assert.equal(answer.headers['cache-control'], 'no-cache');
    const again = await app.inject({ url, headers: { 'if-none-match': String(answer.headers.etag) } });
    assert.equal(again.statusCode, 304);
  }
  const asset = await app.inject('/docs/assets/app.1a2b.js');
  assert.equal(asset.headers['content-type'], 'text/javascript; charset=utf-8');
  assert.equal(asset.headers['cache-control'], 'public, max-age=31536000, immutable');
  const moved = await app.inject('/docs');
  assert.deepEqual([moved.statusCode, moved.headers.location], [308, '/docs/']);
});

test('only files of the site are served', async (t) => {
  const outside = temporaryFolder(t);
  const folder = join(outside, 'dist');
  mkdirSync(folder);
  writeFileSync(join(outside, 'secret.html'), 'secret');
  siteIn(folder);
  const app = await serve(t, folder);
  const paths = [
    '../secret.html',
    '..%2fsecret.html',
    '%2e%2e/secret',
    '.built-from',
    'assets',
    'assets/',
    'none',
  ];
  for (const path of paths) {
    const answer = await app.inject(`/docs/${path}`);
    assert.equal(answer.statusCode, 404, path);
    assert.doesNotMatch(answer.body, /^secret$/);
  }
});

test('the server finds a site that is built while it runs', async (t) => {
  const folder = temporaryFolder(t);
  const app = await serve(t, join(folder, 'dist'));
  const missing = await app.inject('/docs/');
  assert.equal(missing.statusCode, 404);
  assert.match(missing.body, /npm run site/);
  mkdirSync(join(folder, 'dist'));
  siteIn(join(folder, 'dist'));
  assert.equal((await app.inject('/docs/')).statusCode, 200);
});

test('the server serves its docs without a key, with its own headers', async (t) => {
  const { app } = await startInProcess(t);
  const answer = await fetch(`${app.url}/docs`, { redirect: 'manual' });
  assert.equal(answer.status, 308);
  assert.ok(answer.headers.get('x-request-id'));
  assert.equal((await fetch(`${app.url}/docs/no-such-page`)).status, 404);
});
