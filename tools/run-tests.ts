import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** Runs test files, each in a process of its own; prints how many passed, and fails the process if one did not. */
export function runTests(files: readonly string[], options: { readonly timeoutMs: number }): void {
  if (files.length === 0) {
    console.error('no test file matches');
    process.exit(1);
  }
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const concurrency = Math.max(2, availableParallelism() - 1);
  const events = run({ files: [...files].sort(), concurrency, timeout: options.timeoutMs });
  events.on('test:summary', ({ file, counts: found }) => {
    // Each file has its summary, and the whole run one without a file.
    if (file !== undefined) return;
    counts.passed += found.passed;
    counts.failed += found.tests - found.passed - found.skipped - found.todo;
    counts.skipped += found.skipped + found.todo;
  });
  events.compose(spec).pipe(process.stdout);
  events.on('close', () => {
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    // After everything that the reporter still has to print.
    setImmediate(() => console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`));
    process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
  });
}
