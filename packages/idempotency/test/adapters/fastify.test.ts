import { createRequire } from 'node:module';
import fastify from 'fastify';
import { fastifySubject } from './harness/fastify-subject.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

// The types of this version are not installed. The parts used here are the same in both versions.
const fastifyOf4: typeof fastify = createRequire(import.meta.url)('fastify-4');

runAdapterLaws('Fastify 5', fastifySubject(fastify, true));
runAdapterLaws('Fastify 4', fastifySubject(fastifyOf4, false));
