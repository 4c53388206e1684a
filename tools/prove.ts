// Runs the long versions of the tests that have one: those that call `rounds()` for the number of their repetitions. Runs all, or
// those in files whose paths contain an argument. Each run draws a new seed, unless SEED names one. The results of a run in
// which every test passed are kept, and the page of guarantees is printed from them.

import { readFileSync } from 'node:fs';
import { ProofRun } from './proofs.ts';
import { runTests } from './run-tests.ts';
import { testFiles } from './test-files.ts';

const hasLongVersion = (file: string) => readFileSync(file, 'utf8').includes('/rounds.ts');

process.env['PROVE'] = '1';
process.env['SEED'] ??= String(Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${process.env['SEED']}`);
const proofs = new ProofRun();
process.env['BILLONCE_PROOFS'] = proofs.file;
process.on('exit', (code) => proofs.keep(code === 0));
await runTests(testFiles(process.argv.slice(2)).filter(hasLongVersion), {
  timeoutMs: 3 * 3_600_000,
  startsAreMany: true,
});
