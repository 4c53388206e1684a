// Runs the tests: all of them, or those of the files that the arguments name parts of. With --times it also prints what each
// process of test files cost.

import { runTests } from './run-tests.ts';
import { testFiles } from './test-files.ts';

const args = process.argv.slice(2);
const parts = args.filter((arg) => arg !== '--times');
await runTests(testFiles(parts), { timeoutMs: 300_000, showsTimes: parts.length < args.length });
