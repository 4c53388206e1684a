import { randomBytes } from 'node:crypto';
import type { Submission } from '../../src/ledger/submission.ts';

const accounts = 50;
let sent = 0;

/** A single write with a random key, for one of fifty agents in turn. Tests of write costs use it. */
export function keyedSingle(): Submission {
  sent += 1;
  const item = {
    agent: `agent-${sent % accounts}`,
    serviceId: 'search',
    requests: 3,
    usageId: undefined,
    occurredAtNs: undefined,
  };
  const key = {
    scope: 'aa'.repeat(16),
    digest: `ff${randomBytes(15).toString('hex')}`,
    madeAtMs: undefined,
    fingerprint: randomBytes(32).toString('hex'),
    method: 'POST',
    path: '/api/v1/usage',
    sealingKey: undefined,
  };
  return { tenant: 'acme', command: { kind: 'record_usage', item }, key };
}
