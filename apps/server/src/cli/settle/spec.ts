import type { CommandSpec, OptionTable } from '../command-line/command.ts';
import { apiKeyOption, helpOption, jsonOption, serverOption } from '../command-line/common-options.ts';

/** All options of `billonce settle`. */
export const settleOptions = {
  run: {
    value: 'NAME',
    text: 'the name of the run, which is the runId of its bills: letters, digits and . _ - :, such as 2026-11',
  },
  before: {
    value: 'TIME',
    text: 'bills usage that was recorded before this moment, an RFC 3339 timestamp such as 2026-12-01T00:00:00Z; default: all outstanding usage',
  },
  ...serverOption,
  ...apiKeyOption,
  tenant: { value: 'NAME', text: 'the tenant, with the admin key; default: BILLONCE_TENANT' },
  ...jsonOption,
  ...helpOption,
} as const satisfies OptionTable;

export const settleSpec: CommandSpec = {
  name: 'settle',
  summary: 'bills every account of a tenant in one run that can be repeated',
  arguments: [],
  text: [
    'Quotes and settles each account of all agents of the tenant, with the runId of --run. It can be killed and run ' +
      'again with the same --run and --before: usage that is on a bill is not billed again, and the rest is billed then.',
    'Usage that was reversed after --before is on no bill of the run; nor is later usage of the same account: the next run ' +
      'bills it. Such accounts are printed.',
  ],
  groups: [{ title: 'Options', options: settleOptions }],
  endings: {
    done: 'every account is settled',
    failed: 'the server refused, or did not answer; the bills that were made are kept',
    unreached: 'no server ever answered, so nothing was done',
    incomplete:
      'some usage has no price, its bill was refused, or it is left for the next run; each account is printed',
  },
};
