import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { nestFastifySubject } from './harness/nest-fastify-subject.ts';
import { runNestTests } from './harness/nest-tests.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

runAdapterLaws('NestJS on Fastify', nestFastifySubject);

runNestTests('Fastify', (root, log) => {
  const write = (line: unknown) => log(String(line));
  const logger = { log: () => undefined, warn: write, error: write };
  return NestFactory.create(root, new FastifyAdapter({ logger: { level: 'warn', stream: { write: log } } }), {
    logger,
    abortOnError: false,
    forceCloseConnections: true,
  });
});
