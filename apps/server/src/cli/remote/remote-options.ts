import type { CommandSpec, OptionTable } from '../command-line/command.ts';
import {
  apiKeyOption,
  helpOption,
  jsonOption,
  serverOption,
  tenantOption,
} from '../command-line/common-options.ts';

/** Options of every command that calls a server with the SDK. */
export const remoteOptions = {
  ...serverOption,
  ...apiKeyOption,
  ...tenantOption('with the admin key: the tenant'),
  ...jsonOption,
  ...helpOption,
} as const;

/** An option of every command that writes. */
export const writeOptions = {
  'idempotency-key': {
    value: 'ID',
    text:
      'the idempotency key of the request: the same command with the same key has its effect once, and gets the same answer. ' +
      'Default: a new key for each run',
  },
} as const satisfies OptionTable;

/** An option of every command that lists. */
export const listOptions = {
  limit: {
    value: 'N',
    integer: { default: 1_000, min: 1, max: 100_000 },
    text: 'items to list',
  },
} as const satisfies OptionTable;

/** The exit codes of a command that calls a server. */
export const remoteEndings: CommandSpec['endings'] = {
  failed: 'the server refused, or did not answer; the error shows its code and the request id',
  unreached: 'no server ever answered, so nothing was done',
};
