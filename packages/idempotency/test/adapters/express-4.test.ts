import { createRequire } from 'node:module';
import type expressOf5 from 'express';
import { runExpressAppTests } from './harness/express-app-tests.ts';
import { expressSubject } from './harness/express-subject.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

// The types of this version are not installed. The parts used here are the same in both versions.
const express: typeof expressOf5 = createRequire(import.meta.url)('express-4');

runAdapterLaws('Express 4', expressSubject(express));
runExpressAppTests(express);
