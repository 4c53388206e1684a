import { balanceCommand } from './balance.ts';
import { creditCommand } from './credit.ts';
import { holdCommands } from './holds.ts';
import { keyCommands } from './keys.ts';
import { limitCommands } from './limits.ts';
import { lookupCommand } from './lookup.ts';
import { quoteCommand } from './quote.ts';
import type { RemoteCommand } from './remote-command.ts';
import { serviceCommands } from './services.ts';
import { statementCommand } from './statement.ts';

/** All commands that call a server with the SDK. */
export const remoteCommands: readonly RemoteCommand[] = [
  quoteCommand,
  statementCommand,
  balanceCommand,
  creditCommand,
  ...limitCommands,
  lookupCommand,
  ...keyCommands,
  ...serviceCommands,
  ...holdCommands,
];
