import { koaSubject } from './harness/koa-subject.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

runAdapterLaws('Koa 3', koaSubject);
