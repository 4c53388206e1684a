// Runs the tests: all of them, or those of the files that the arguments name parts of.

import { runTests } from './run-tests.ts';
import { testFiles } from './test-files.ts';

runTests(testFiles(process.argv.slice(2)), { timeoutMs: 300_000 });
