import { nodeSubject } from './harness/node-subject.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

runAdapterLaws('node:http', nodeSubject);
