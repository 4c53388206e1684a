/** A fault that is planted: one place of one file reads otherwise. The prover must find it. */
export interface PlantedFault {
  readonly name: string;
  /** from the root of the repository */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** the module whose worlds find it */
  readonly world: 'server' | 'library';
}

const domain = 'apps/server/src/domain';
const ledger = 'apps/server/src/ledger';
const core = 'packages/idempotency/src/core';
const simulation = 'apps/server/test/simulation';

function of(
  file: string,
  faults: Readonly<Record<string, readonly [string, string]>>,
  world: PlantedFault['world'] = 'server',
): readonly PlantedFault[] {
  return Object.entries(faults).map(([name, [from, to]]) => ({ name, file, from, to, world }));
}

/** How the simulated database reads: after it has its locks. */
const lockThenLoad = `    const transaction = await this.#database.begin(tenants, this.#owner);
    try {
      await this.#step('load', transaction);
      const loaded = this.#database.load(wants);
`;

/** The same, with something that was read before. */
function loadThenLock(loaded: string): string {
  return `    const early = this.#database.load(wants);
    const withEarly = (part: string) => {
      const loaded = this.#database.load(wants);
      for (const [tenant, view] of loaded.tenants)
        for (const [name, row] of early.tenants.get(tenant)[part]) if (view[part].has(name)) view[part].set(name, row);
      return loaded;
    };
    await this.#world.pause('read', this.#owner);
    const transaction = await this.#database.begin(tenants, this.#owner);
    try {
      await this.#step('load', transaction);
      const loaded = ${loaded};
`;
}

/** Keys and their records. */
const keys: readonly PlantedFault[] = [
  ...of(`${ledger}/submission.ts`, {
    'a key without its tenant': [`return \`\${tenant} \${key.scope}`, `return \`\${key.scope}`],
  }),
  ...of(`${ledger}/decide-batch.ts`, {
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
  ...of(`${core}/key-decision.ts`, {
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
  ...of(`${ledger}/recent-replays.ts`, {
    'a replay from memory under another fingerprint': ['|| kept.fingerprint !== key.fingerprint', ''],
    'a replay from memory of an expired answer': ['nowMs >= kept.expiresAtMs || ', ''],
    'a replay from memory of an evicted answer': [' || this.#isEvicted(kept)', ''],
  }),
  ...of(`${ledger}/batch-executor.ts`, {
    'an outcome that belongs to another command': [
      '    return outcomes;\n  }\n\n  readonly #open',
      '    return outcomes.toReversed();\n  }\n\n  readonly #open',
    ],
  }),
];

/** The protocol between the write path and its database. */
const database: readonly PlantedFault[] = [
  ...of(`${simulation}/storage.ts`, {
    'a database whose transactions read before they lock': [lockThenLoad, loadThenLock('early')],
    'a total that is read outside of its lock': [lockThenLoad, loadThenLock('withEarly("accounts")')],
    'a limit that is read outside of its lock': [lockThenLoad, loadThenLock('withEarly("limitCounters")')],
    'a balance that is read outside of its lock': [lockThenLoad, loadThenLock('withEarly("agentBillings")')],
    'a key that is read outside of its lock': [
      lockThenLoad,
      loadThenLock('({ ...this.#database.load(wants), records: early.records })'),
    ],
    'a record in another transaction than its effect': [
      'this.#database.apply(changes, tenants);',
      'this.#database.apply({ ...changes, records: [] }, tenants); this.#world.add("records", this.#owner, () => this.#database.apply({ ...changes, tenants: new Map() }, tenants));',
    ],
    'an effect in another transaction than its record': [
      'this.#database.apply(changes, tenants);',
      'this.#database.apply({ ...changes, tenants: new Map() }, tenants); this.#world.add("effects", this.#owner, () => this.#database.apply({ ...changes, records: [] }, tenants));',
    ],
    'an answer before the commit': [
      "      await this.#step('commit', transaction);\n",
      '      if (this.#world.random.below(4) === 0) return true;\n',
    ],
    'a commit that is applied twice': [
      'this.#database.apply(changes, tenants);',
      'this.#database.apply(changes, tenants); if (this.#world.random.below(4) === 0) this.#database.apply(changes, tenants);',
    ],
    'a session that was ended, and goes on': [
      'if (transaction.isEnded)',
      'if (transaction.isEnded && label === "nothing")',
    ],
    'a transaction that keeps its locks': [
      '      this.#database.end(transaction);',
      '      if (this.#world.random.below(40) > 0) this.#database.end(transaction);',
    ],
  }),
  ...of(`${simulation}/database.ts`, {
    'instances that do not lock': ['every((tenant) => !taken.has(tenant))', 'every(() => true)'],
    'ids that begin again at each batch': [
      'idsReached: reached.reduce(laterOf, noPlace)',
      'idsReached: noPlace',
    ],
  }),
  ...of(`${simulation}/follower.ts`, {
    'a list that is read as three snapshots': [
      'beyond.sort().slice(0, this.#pageRows)',
      'beyond.sort().slice(0, this.#pageRows + 1).filter((_, at) => at !== 1)',
    ],
  }),
];

/** Prepaid money, holds and limits. */
const money: readonly PlantedFault[] = [
  ...of(`${domain}/commands/holds.ts`, {
    'a hold that is released twice': [
      "if (hold.state !== 'open') return refused(holdEnded(hold));\n  const moves",
      'const moves',
    ],
    'a hold that is captured twice': [
      "if (hold.state === 'captured' || hold.state === 'released') return",
      "if (hold.state === 'released') return",
    ],
    'a hold that is captured after its release': [
      "if (hold.state === 'captured' || hold.state === 'released') return",
      "if (hold.state === 'captured') return",
    ],
    'a hold that reserves nothing': ['moves.hold(isPrepaid ? amount : 0n, id)', 'moves.hold(0n, id)'],
    'a hold without a look at the balance': [
      'isPrepaid ? refusalOf(before, amount, 0n, policy) : undefined',
      'undefined',
    ],
    'a release that keeps what a limit counted': ['      limitCounters: returnedCounters(hold, view),\n', ''],
    'an extension that shortens': [
      'Math.max(hold.expiresAtMs, moment.nowMs',
      'Math.min(hold.expiresAtMs, moment.nowMs',
    ],
    'a hold that no limit counts': ['holds: [hold], limitCounters, events', 'holds: [hold], events'],
  }),
  ...of(`${domain}/payment.ts`, {
    'usage that no balance refuses': [
      "  if (refusal !== undefined) return { kind: 'refused', refusal };\n  if (isOpen)",
      '  if (isOpen)',
    ],
    'a draw in another transaction than its entry': [
      'movements: moves.movements,',
      'movements: moves.movements.slice(1),',
    ],
    'a hold captured after it lapsed and refunded': [
      'const parts = isOpen ? hold.parts : [];',
      'const parts = hold?.parts ?? [];',
    ],
  }),
  ...of(`${domain}/balance-moves.ts`, {
    'a grant that is drawn after it expired': [
      '      if (isExpired(grant, atMs)) this.#expireFree',
      '      if (atMs < 0) this.#expireFree',
    ],
    'a grant that is drawn beyond its amount': [
      'const part = least(freeOf(grant), left);\n      if (part === 0n) continue;\n      this.#drawFrom',
      'const part = left;\n      if (part === 0n) continue;\n      this.#drawFrom',
    ],
    'a capture that keeps its reservation': [
      'held: this.#balance.held - amount };\n    const grant',
      'held: this.#balance.held };\n    const grant',
    ],
    'a refund that counts as a grant': [
      'granted: isRefund ? granted : granted + grant.amount',
      'granted: granted + grant.amount',
    ],
    'an overdraft that no grant covers': [
      '    this.#cover(this.#nowMs);\n    return this.#changed',
      '    return this.#changed',
    ],
  }),
  ...of(`${domain}/balance.ts`, {
    'grants that are drawn in the wrong order': ['a.priority - b.priority', 'b.priority - a.priority'],
  }),
  ...of(`${domain}/passed-time.ts`, {
    'expiry that is judged by the clock of a worker': [
      '  moves.expire(nowMs);',
      '  moves.expire(nowMs - 3_600_000);',
    ],
    'a lapsed hold that returns nothing to its limit': [
      '      for (const hold of lapsed) counters.take(returnedCounters(hold, counters));\n',
      '',
    ],
  }),
  ...of(`${domain}/counted-use.ts`, {
    'a limit that refuses nothing': [
      "limit.action === 'refuse' && quantity > left",
      "limit.action === 'refuse' && quantity > left * 1_000n",
    ],
    'a limit that counts one too few': [
      'const counted = countIn(counter, limit, times.startMs, quantity);',
      'const counted = countIn(counter, limit, times.startMs, quantity > 1_000_000n ? quantity - 1_000_000n : quantity);',
    ],
  }),
  ...of(`${domain}/commands/usage.ts`, {
    'a counter that a refused atomic bulk moves': [
      'if (command.isAtomic && !results.every(isGood)) return refused(bulkRejected(results));',
      "if (command.isAtomic && !results.every(isGood)) return { kind: 'done', fact: { kind: 'usage_bulk_recorded', results }, changes: draft.changes(), remembered: true };",
    ],
    'a usage id that is recorded again': [
      'if (known !== undefined) {\n    if (!isSameUsage(known.item, item)) return',
      'if (known !== undefined && moment.nowMs < 0) {\n    if (!isSameUsage(known.item, item)) return',
    ],
    'a bulk whose items do not see each other': [
      "if (decision.kind === 'recorded') draft.apply(decision.changes);\n    results.push",
      "if (decision.kind === 'recorded' && index === 0) draft.apply(decision.changes);\n    results.push",
    ],
  }),
];

/** Accounts, bills and reversals. */
const bills: readonly PlantedFault[] = [
  ...of(`${domain}/settlement.ts`, {
    'a bill that begins where the last one began': [
      'settledThrough: quote.through,',
      'settledThrough: quote.from,',
    ],
    'a credit that is dropped at settlement': [
      'carriedStroops: quote.carriedOnStroops,',
      'carriedStroops: 0n,',
    ],
    'a bill that forgets what was paid': [
      'settledPaid: account.settledPaid + quote.paid,',
      'settledPaid: account.settledPaid,',
    ],
  }),
  ...of(`${domain}/quote.ts`, {
    'a credit that is smaller after a settlement': [
      'const carriedOnStroops = whole - billedStroops;',
      'const carriedOnStroops = whole < 0n ? whole + 1n : 0n;',
    ],
    'a remainder that is dropped at settlement': ['remainderOn: sum - whole * atom', 'remainderOn: 0n'],
    'what was drawn is billed again': ['+ remainder - paid;', '+ remainder;'],
  }),
  ...of(`${domain}/reversal.ts`, {
    'a reversal that returns no requests': [
      'reversedRequests: account.reversedRequests + sum,',
      'reversedRequests: account.reversedRequests,',
    ],
    'a reversal that does not clear': [
      'clearedThrough: entryId === undefined ? through : account.clearedThrough,',
      'clearedThrough: account.clearedThrough,',
    ],
  }),
  ...of(`${domain}/account.ts`, {
    'usage at a price that was set later': [
      'const priceVersion = service?.priceVersion ?? 0;',
      'const priceVersion = Math.max(0, (service?.priceVersion ?? 0) - 1);',
    ],
  }),
];

/** Prices with a date. */
const datedPrices: readonly PlantedFault[] = [
  ...of(`${domain}/dated-price.ts`, {
    'a next price that never comes into force': [
      'nowMs < next.effectiveFromMs ? service',
      'nowMs >= 0 ? service',
    ],
    'a next price that is in force before its date': ['nowMs < next.effectiveFromMs', 'nowMs < 0'],
    'a withdrawn price whose number the next one takes': [
      '{ ...before, priceVersion: next.version + 1 }',
      'before',
    ],
  }),
  ...of(`${domain}/service.ts`, {
    'a change at once that drops the next price': [
      'next: { ...next, version: next.version + 2 } }',
      'next: undefined }',
    ],
  }),
];

/** The engine of the library and a store, with leases. */
const library: readonly PlantedFault[] = [
  ...of(
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
  ...of(
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
  ...of(
    `${core}/operation/held-key.ts`,
    {
      'an answer that is sent and not stored': [
        "    return this.#persist(() =>\n      calls.call('complete'",
        "    if (settings !== undefined) return true;\n    return this.#persist(() =>\n      calls.call('complete'",
      ],
    },
    'library',
  ),
  ...of(
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
  ...of(
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

export const plantedFaults: readonly PlantedFault[] = [
  ...keys,
  ...database,
  ...money,
  ...bills,
  ...datedPrices,
  ...library,
];
