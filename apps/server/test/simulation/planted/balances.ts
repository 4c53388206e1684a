import { faultsOf, type PlantedFault } from './planted-fault.ts';

const domain = 'apps/server/src/domain';

/** Prepaid money: grants, draws and expiry. */
export const faultsOfBalances: readonly PlantedFault[] = [
  ...faultsOf(`${domain}/payment.ts`, {
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
  ...faultsOf(`${domain}/balance-moves.ts`, {
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
  ...faultsOf(`${domain}/balance.ts`, {
    'grants that are drawn in the wrong order': ['a.priority - b.priority', 'b.priority - a.priority'],
  }),
  ...faultsOf(`${domain}/passed-time.ts`, {
    'expiry that is judged by the clock of a worker': [
      'if (isAll) moves.expire(nowMs);',
      'if (isAll) moves.expire(nowMs - 3_600_000);',
    ],
    'a lapsed hold that returns nothing to its limit': [
      '      for (const hold of lapsed) counters.take(returnedCounters(hold, counters));\n',
      '',
    ],
  }),
];
