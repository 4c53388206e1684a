// Runs the long versions of the tests that have one: those that ask `rounds()` how often they do a thing. All of them, or
// those of the files that the arguments name parts of. Each run draws another seed, unless SEED names one. What a run that
// passed came to is kept, and the page of guarantees is printed from it.

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
await runTests(testFiles(process.argv.slice(2)).filter(hasLongVersion), { timeoutMs: 3 * 3_600_000 });
