import { nestExpressSubject } from './harness/nest-express-subject.ts';
import { runNestExpressTests } from './harness/nest-express-tests.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

runAdapterLaws('NestJS on Express', nestExpressSubject);
runNestExpressTests();
