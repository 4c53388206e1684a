import express from 'express';
import { runExpressAppTests } from './harness/express-app-tests.ts';
import { expressSubject } from './harness/express-subject.ts';
import { runAdapterLaws } from './harness/run-adapter-laws.ts';

runAdapterLaws('Express 5', expressSubject(express));
runExpressAppTests(express);
