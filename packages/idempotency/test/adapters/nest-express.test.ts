import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { nestExpressSubject } from './harness/nest-express-subject.ts';
import { runNestTests } from './harness/nest-tests.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

runAdapterLaws('NestJS on Express', nestExpressSubject);

runNestTests('Express', (root, log) => {
  const write = (line: unknown) => log(String(line));
  const logger = { log: () => undefined, warn: write, error: write };
  return NestFactory.create(root, new ExpressAdapter(), {
    logger,
    abortOnError: false,
    forceCloseConnections: true,
  });
});
