import './harness/old-versions-first.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAdapterLaws } from '../../idempotency/test/adapters/harness/run-adapter-laws.ts';
import { installedVersion } from './harness/installed-version.ts';

const { nestFastifySubject } = await import(
  '../../idempotency/test/adapters/harness/nest-fastify-subject.ts'
);
const { runNestFastifyTests } = await import('../../idempotency/test/adapters/harness/nest-fastify-tests.ts');

test('the adapter imports Nest 10, on Fastify', () => {
  for (const name of ['@nestjs/common', '@nestjs/core', '@nestjs/platform-fastify'])
    assert.match(installedVersion(name), /^10\./);
});

runAdapterLaws('NestJS 10 on Fastify', nestFastifySubject(true));
runNestFastifyTests();
