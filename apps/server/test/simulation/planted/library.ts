import { faultsOf, type PlantedFault } from './planted-fault.ts';

const core = 'packages/idempotency/src/core';

/** The engine of the library and a store, with leases. */
export const faultsOfTheLibrary: readonly PlantedFault[] = [
  ...faultsOf(
    `${core}/fingerprint.ts`,
    {
      'a fingerprint without its query': ['measured(sortedQuery(input.query))', "measured('')"],
      'a fingerprint without its body': [
        `sha256(\`\${head}\${present}\${input.body}\`)`,
        `sha256(\`\${head}\${present}\`)`,
      ],
    },
    'library',
  ),
  ...faultsOf(
    `${core}/engine.ts`,
    {
      'a key without its caller': ['callerScope(request.caller, endpoint, nesting.level)', "'f'.repeat(32)"],
      'an abandoned operation that is executed again': [
        "if (verdict === 'rerun') return",
        'if (verdict !== undefined) return',
      ],
      'a request that is let through without its store': [
        "if (this.settings.onStoreError === 'refuse')",
        'if (request.key === undefined)',
      ],
    },
    'library',
  ),
  ...faultsOf(
    `${core}/operation/held-key.ts`,
    {
      'an answer that is sent and not stored': [
        "    return this.#persist(() =>\n      calls.call('complete'",
        "    if (settings !== undefined) return true;\n    return this.#persist(() =>\n      calls.call('complete'",
      ],
    },
    'library',
  ),
  ...faultsOf(
    `${core}/lease-decision.ts`,
    {
      'a lease that does not compare the request': [
        "if (record.fingerprint !== requestFingerprint) return { kind: 'conflict' };",
        '',
      ],
      'a lease that counts as abandoned while it lasts': [
        'if (nowMs < leaseExpiresAtMs) return',
        'if (nowMs < 0) return',
      ],
    },
    'library',
  ),
  ...faultsOf(
    'packages/idempotency/src/stores/memory.ts',
    {
      'a lease without fencing': [
        'return this.#table.get(record, column.fencingToken) === fencingToken ? record : undefined;',
        'return record;',
      ],
      'a take-over that keeps the token': [
        'table.set(known, column.fencingToken, ++this.#lastToken);',
        'table.set(known, column.fencingToken, this.#lastToken);',
      ],
      'a claim that takes what is leased': [
        'if (!this.#isForgotten(known, now)) {',
        'if (!this.#isForgotten(known, now) && table.get(known, column.answer) !== leased) {',
      ],
      'an evicted answer without a tombstone': [
        'if (!this.#isForgotten(known, now)) {',
        'if (!this.#isForgotten(known, now) && table.get(known, column.answer) !== gone) {',
      ],
    },
    'library',
  ),
];
