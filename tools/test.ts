// Runs the tests: all of them, or those in files whose paths contain an argument. With --times it also prints the cost of each
// process of test files.

import { runTests } from './run-tests.ts';
import { testFiles } from './test-files.ts';

const args = process.argv.slice(2);
const parts = args.filter((arg) => arg !== '--times');
await runTests(testFiles(parts), { timeoutMs: 300_000, showsTimes: parts.length < args.length });
