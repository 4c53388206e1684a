import './harness/old-versions-first.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAdapterLaws } from '../../idempotency/test/adapters/harness/run-adapter-laws.ts';
import { installedVersion } from './harness/installed-version.ts';

const { honoSubject } = await import('../../idempotency/test/adapters/harness/hono-subject.ts');

test('the adapter imports Hono 3', () => {
  assert.match(installedVersion('hono'), /^3\./);
});

runAdapterLaws('Hono 3', honoSubject({ isLight: true, hasTimeout: false }));
