import { faultsOf, type PlantedFault } from './planted-fault.ts';

const domain = 'apps/server/src/domain';

/** Recording usage, alone and in bulks. */
export const faultsOfUsage: readonly PlantedFault[] = [
  ...faultsOf(`${domain}/commands/usage.ts`, {
    'a counter that a refused atomic bulk moves': [
      'if (command.isAtomic && !results.every(isGood)) return refused(bulkRejected(results));',
      "if (command.isAtomic && !results.every(isGood)) return { kind: 'done', fact: { kind: 'usage_bulk_recorded', results }, changes: draft.changes(), remembered: true };",
    ],
    'a usage id that is recorded again': [
      'if (known !== undefined) {\n    if (!isSameUsage(known.item, item)) return',
      'if (known !== undefined && moment.nowMs < 0) {\n    if (!isSameUsage(known.item, item)) return',
    ],
    'a bulk whose items do not see each other': [
      "if (decision.kind === 'recorded') draft.applyUsage(decision.changes);\n    results.push",
      "if (decision.kind === 'recorded' && index === 0) draft.applyUsage(decision.changes);\n    results.push",
    ],
  }),
];
