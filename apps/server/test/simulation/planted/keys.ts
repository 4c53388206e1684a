import { faultsOf, type PlantedFault } from './planted-fault.ts';

const ledger = 'apps/server/src/ledger';
const core = 'packages/idempotency/src/core';

/** Keys and their records. */
export const faultsOfKeys: readonly PlantedFault[] = [
  ...faultsOf(`${ledger}/submission.ts`, {
    'a key without its tenant': [`return \`\${tenant} \${key.scope}`, `return \`\${key.scope}`],
  }),
  ...faultsOf(`${ledger}/decide-batch.ts`, {
    'a key that the same batch does not see': ['      made.set(name, record);\n', ''],
    'a record that is not saved': ['records: [...made.values()] };', 'records: [] };'],
    'a command that does not see those before it': ['    drafts.set(tenant, draft);\n', ''],
    'two commands with the same ids': [
      'idNumber = firstActId + rules.actsMax(command);',
      'idNumber = firstId;',
    ],
    'an answer that expires at once': ['moment.nowMs + ttlMs;', 'moment.nowMs;'],
    'an answer of the command before it': [
      'const response = keptResponse(answer);',
      'const response = [...made.values()].at(-1)?.response ?? keptResponse(answer);',
    ],
    'passed time that is not decided first': [
      '    draft.apply(withAnnouncements(passedTime',
      '    if (nowMs < 0) draft.apply(withAnnouncements(passedTime',
    ],
  }),
  ...faultsOf(`${core}/key-decision.ts`, {
    'a fingerprint that is not compared': [
      'record.fingerprint !== requestFingerprint',
      'record.fingerprint === undefined',
    ],
    'eviction without a tombstone': [
      "  return { kind: 'expired', firstSeenAtMs: record.firstSeenAtMs, location: record.location };",
      "  return { kind: 'execute' } as never;",
    ],
    'an answer that is replayed after its time': ['nowMs < record.answer.expiresAtMs', 'nowMs > 0'],
    'a key from before the retention': [
      'madeAtMs < Math.max(nowMs - retentionMs, forgottenBeforeMs)',
      'madeAtMs < 0',
    ],
    'a key from the future': ['madeAtMs > nowMs + futureToleranceMs', 'madeAtMs > Number.MAX_VALUE'],
  }),
  ...faultsOf(`${ledger}/recent-replays.ts`, {
    'a replay from memory under another fingerprint': ['|| kept.fingerprint !== key.fingerprint', ''],
    'a replay from memory of an expired answer': ['nowMs >= kept.expiresAtMs || ', ''],
  }),
  // Only a retry between an eviction and the next commit that this process learns of can show it: some of these do not
  // occur in 400 worlds.
  ...faultsOf(
    `${ledger}/recent-replays.ts`,
    { 'a replay from memory of an evicted answer': [' || this.#isEvicted(kept)', ''] },
    { file: '../src/ledger/recent-replays.test.ts', name: 'an answer beyond the cap of its scope' },
  ),
  ...faultsOf(`${ledger}/batch-executor.ts`, {
    'an outcome that belongs to another command': [
      '    return outcomes;\n  }\n\n  readonly #open',
      '    return outcomes.toReversed();\n  }\n\n  readonly #open',
    ],
  }),
];
