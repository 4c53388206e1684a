import { nestFastifySubject } from './harness/nest-fastify-subject.ts';
import { runNestFastifyTests } from './harness/nest-fastify-tests.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

runAdapterLaws('NestJS on Fastify', nestFastifySubject(false));
runNestFastifyTests();
