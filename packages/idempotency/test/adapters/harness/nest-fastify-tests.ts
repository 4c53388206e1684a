import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { runNestTests } from './nest-tests.ts';

/** Runs the tests of features that only Nest has, on Fastify. */
export function runNestFastifyTests(): void {
  runNestTests('Fastify', (root, log) => {
    const write = (line: unknown) => log(String(line));
    const logger = { log: () => undefined, warn: write, error: write };
    return NestFactory.create(
      root,
      new FastifyAdapter({ logger: { level: 'warn', stream: { write: log } } }),
      {
        logger,
        abortOnError: false,
        forceCloseConnections: true,
      },
    );
  });
}
