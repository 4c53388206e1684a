import { faultsOf, type PlantedFault } from './planted-fault.ts';

const domain = 'apps/server/src/domain';

/** Holds, from their reservation to their end. */
export const faultsOfHolds: readonly PlantedFault[] = [
  ...faultsOf(`${domain}/commands/holds.ts`, {
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
];
