import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Audit } from './audit.ts';

/** An audit of one tenant whose read fails when `failing` is called, and the lines of its log. */
function auditOf(failing: (audit: Audit) => void) {
  const lines: string[] = [];
  const audit: Audit = new Audit({
    books: { tenantsAfter: async () => ['acme'] },
    jobs: {
      run: async () => {
        failing(audit);
        throw new Error('the thread of the read ended');
      },
    },
    audits: {
      take: async () => ({ tenant: 'acme', isTaken: true }),
      keep: async () => undefined,
      end: async () => undefined,
      giveUp: async () => undefined,
      sums: async () => undefined,
    },
    everyMs: 1_000,
    nowMs: () => 0,
    log: pino({}, { write: (line: string) => void lines.push(line) }),
    report: () => undefined,
    reportFailed: () => undefined,
  });
  return { audit, lines };
}

test('a read that ends because the server stops is not logged as an error, and any other failure is', async () => {
  const stopped = auditOf((audit) => audit.stop());
  assert.equal(await stopped.audit.runOnce(), undefined);
  assert.deepEqual(stopped.lines, []);
  const failed = auditOf(() => undefined);
  await failed.audit.runOnce();
  assert.match(failed.lines.join(''), /could not be audited/);
});
