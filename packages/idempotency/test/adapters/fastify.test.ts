import { fastifySubject } from './harness/fastify-subject.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

runAdapterLaws('Fastify 5', fastifySubject);
