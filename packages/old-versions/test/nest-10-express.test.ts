import './harness/old-versions-first.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAdapterLaws } from '../../idempotency/test/adapters/harness/run-adapter-laws.ts';
import { installedVersion } from './harness/installed-version.ts';

const { nestExpressSubject } = await import(
  '../../idempotency/test/adapters/harness/nest-express-subject.ts'
);
const { runNestExpressTests } = await import('../../idempotency/test/adapters/harness/nest-express-tests.ts');

test('the adapter imports Nest 10, on Express', () => {
  for (const name of ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express'])
    assert.match(installedVersion(name), /^10\./);
});

runAdapterLaws('NestJS 10 on Express', nestExpressSubject);
runNestExpressTests();
