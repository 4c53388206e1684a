// Tests the library in a project whose tests run on Jest 30.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { blocksOf } from './docs/harness/page-blocks.ts';
import { installPacked, linkPackages, packInto } from './harness/packed-package.ts';
import { checkClaims, take } from './harness/taken-blocks.ts';

const temporary = mkdtempSync(path.join(tmpdir(), 'billonce-jest-'));
const project = path.join(temporary, 'project');

before(() => {
  installPacked(project, packInto(temporary), 'commonjs');
  linkPackages(project, 'jest', 'babel-jest', '@babel/plugin-transform-modules-commonjs', 'express', 'hono');
});

after(() => rmSync(temporary, { recursive: true, force: true }));

/** The steps of an application's test, after the lines that load its modules. */
const steps = `
const withExpress = async () => {
  const app = express();
  let charges = 0;
  app.use(express.json(), idempotency({ store: memoryStore(), callers: 'by-address' }));
  app.post('/charges', (request, response) => response.status(201).json({ charge: ++charges }));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((listening) => server.once('listening', listening));
  const charge = (amount) =>
    fetch('http://127.0.0.1:' + server.address().port + '/charges', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': 'order-1842' },
      body: JSON.stringify({ amount }),
    });
  const answers = [await charge(1), await charge(1), await charge(2)];
  server.close();
  server.closeAllConnections();
  return [answers.map(({ status }) => status), await answers[0].json(), await answers[1].json(), charges];
};
test('a retry on Express is not charged', async () => {
  expect(await withExpress()).toEqual([[201, 201, 409], { charge: 1 }, { charge: 1 }, 1]);
});
test('mistakes in the options are an InvalidOptionsError', () => {
  expect(() => idempotency({ store: memoryStore(), leaseMs: -1 })).toThrow(InvalidOptionsError);
});
test('a retry on Hono is replayed', async () => {
  const app = new Hono();
  app.use(honoIdempotency({ store: memoryStore(), callers: 'by-address' }));
  app.post('/charges', (context) => context.text('charged'));
  const charge = () => app.request('/charges', { method: 'POST', headers: { 'Idempotency-Key': 'a' } });
  expect((await charge()).headers.get('idempotency-replayed')).toBe(null);
  expect((await charge()).headers.get('idempotency-replayed')).toBe('true');
});
`;

const required = `
const express = require('express');
const { Hono } = require('hono');
const { InvalidOptionsError } = require('@billonce/idempotency');
const { idempotency } = require('@billonce/idempotency/express');
const { idempotency: honoIdempotency } = require('@billonce/idempotency/hono');
const { memoryStore } = require('@billonce/idempotency/memory');
${steps}`;

const imported = `
import express from 'express';
import { Hono } from 'hono';
import { InvalidOptionsError } from '@billonce/idempotency';
import { idempotency } from '@billonce/idempotency/express';
import { idempotency as honoIdempotency } from '@billonce/idempotency/hono';
import { memoryStore } from '@billonce/idempotency/memory';
${steps}`;

const page = 'docs/how-to/idempotency/install.md';
const [config = { code: '' }] = blocksOf(page).filter(({ file }) => file === 'jest.config.js');
take(page, config.code);
const untransformed = 'module.exports = { transform: {} };';
const flag = take(page, 'NODE_OPTIONS=--experimental-vm-modules npx jest\n').split(/[= ]/)[1] ?? '';
const byFlag = { NODE_OPTIONS: `${flag} --disable-warning=ExperimentalWarning` };
/** From this version of Node, Jest loads ES modules with `require`. */
const requiresModules = Number(process.versions.node.split('.')[0]) >= 24;

const ways = [
  {
    name: 'CommonJS, with the transformation of the page',
    file: 'a.test.js',
    code: required,
    config: config.code,
    env: {},
  },
  {
    name: 'ES modules, without a transformation',
    file: 'a.test.mjs',
    code: imported,
    config: untransformed,
    env: byFlag,
  },
  ...(requiresModules
    ? [
        {
          name: 'CommonJS, without a transformation',
          file: 'a.test.js',
          code: required,
          config: untransformed,
          env: byFlag,
        },
      ]
    : []),
];

for (const way of ways) {
  test(`Jest runs tests of an application: ${way.name}`, (t) => {
    const written = path.join(project, way.file);
    t.after(() => rmSync(written));
    writeFileSync(written, way.code);
    writeFileSync(path.join(project, 'jest.config.js'), way.config);
    const jest = path.join(project, 'node_modules/jest/bin/jest.js');
    const options = ['--ci', '--colors=false', '--cacheDirectory', path.join(temporary, 'cache')];
    // Otherwise Jest would believe that the runner of this file had started it.
    const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
    const files = ['--testMatch', '**/*.test.{js,mjs}', '--moduleFileExtensions', 'js', 'mjs', 'cjs', 'json'];
    const { status, stderr, stdout } = spawnSync(process.execPath, [jest, ...options, ...files], {
      cwd: project,
      encoding: 'utf8',
      env: { ...environment, ...way.env },
    });
    assert.equal(status, 0, stderr + stdout);
    assert.match(stderr, /Tests: +3 passed, 3 total/);
  });
}

checkClaims(import.meta.url);
