import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { runNestTests } from './nest-tests.ts';

/** Runs the tests of features that only Nest has, on Express. */
export function runNestExpressTests(): void {
  runNestTests('Express', (root, log) => {
    const write = (line: unknown) => log(String(line));
    const logger = { log: () => undefined, warn: write, error: write };
    return NestFactory.create(root, new ExpressAdapter(), {
      logger,
      abortOnError: false,
      forceCloseConnections: true,
    });
  });
}
