// Provokes a real I/O error at a commit: the file size is limited (RLIMIT_FSIZE), which any user may do.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { countIn } from './harness/look-into.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const writer = fileURLToPath(new URL('harness/write-until-fault.ts', import.meta.url));
/** Blocks of 512 bytes: enough for the file and part of its log. */
const blocks = 4_000;

test('after an I/O error at a commit the outcome is unknown, and the file is opened again', (t) => {
  const file = join(temporaryFolder(t), 'books.db');
  const limited = `ulimit -f ${blocks} && exec "$0" "$@"`;
  const printed = execFileSync('sh', ['-c', limited, process.execPath, writer, file], { encoding: 'utf8' });
  const { written, outcome, before, after } = JSON.parse(printed);
  assert.equal(outcome.code, 'outcome_unknown', printed);
  assert.equal(outcome.facts.step, 'commit');
  assert.match(outcome.facts.code, /^SQLITE_IOERR \(\d+\)$/);
  assert.deepEqual([before, after], [1, 2]);
  assert.ok(written > 0);
  const recorded = countIn(file, 'SELECT count(*) FROM entries') - written * 500;
  assert.ok(recorded === 0 || recorded === 500, `${recorded}: all of the batch or nothing`);
});
