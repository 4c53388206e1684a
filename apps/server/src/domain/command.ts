import type { CommandRules, RulesOf } from './command-rules.ts';
import { type ApiKeysCommand, apiKeysCommands } from './commands/api-keys.ts';
import { type AssetsCommand, assetsCommands } from './commands/assets.ts';
import { type BalancesCommand, balancesCommands } from './commands/balances.ts';
import { creditsCommands, type WriteOffCredit } from './commands/credits.ts';
import { type DeliveriesCommand, deliveriesCommands } from './commands/deliveries.ts';
import { type HoldsCommand, holdsCommands } from './commands/holds.ts';
import { type LimitsCommand, limitsCommands } from './commands/limits.ts';
import { pauseCommands, type SetPaused } from './commands/pause.ts';
import { type ReversalsCommand, reversalsCommands } from './commands/reversals.ts';
import { type ServicesCommand, servicesCommands } from './commands/services.ts';
import { type ChangeSettings, settingsCommands } from './commands/settings.ts';
import { type SettlementsCommand, settleBulkOf, settlementsCommands } from './commands/settlements.ts';
import { type UsageCommand, usageCommands } from './commands/usage.ts';
import { type WebhooksCommand, webhooksCommands } from './commands/webhooks.ts';
import { weighedToLookBack } from './far-back.ts';

/** What a caller wants done, validated. */
export type Command =
  | UsageCommand
  | ReversalsCommand
  | SettlementsCommand
  | WriteOffCredit
  | AssetsCommand
  | BalancesCommand
  | HoldsCommand
  | ServicesCommand
  | LimitsCommand
  | SetPaused
  | ChangeSettings
  | ApiKeysCommand
  | WebhooksCommand
  | DeliveriesCommand;

export type Kind = Command['kind'];

/** Every kind of command, with its own rules. */
const commands = {
  ...usageCommands,
  ...reversalsCommands,
  ...settlementsCommands,
  ...creditsCommands,
  ...assetsCommands,
  ...balancesCommands,
  ...holdsCommands,
  ...servicesCommands,
  ...limitsCommands,
  ...pauseCommands,
  ...settingsCommands,
  ...apiKeysCommands,
  ...webhooksCommands,
  ...deliveriesCommands,
} satisfies RulesOf<Command>;

/** The facts that a kind of command can produce. */
export type FactOf<K extends Kind> = (typeof commands)[K] extends CommandRules<never, infer F> ? F : never;

/** What happened, in the words of the domain. */
export type Fact = FactOf<Kind>;

const rulesOfKinds: Readonly<Record<Kind, CommandRules<Command, Fact>>> = commands;

/** The rules of a command's kind. */
export function rulesOf(command: Command): CommandRules<Command, Fact> {
  return rulesOfKinds[command.kind];
}

/** The same command, weighed with what it was found to touch. */
export function weighedWith(command: Command, touched: number): Command {
  if (command.kind === 'settle_bulk') return settleBulkOf(command, touched);
  if (command.kind === 'settle' || command.kind === 'clear_account')
    return weighedToLookBack(command, touched);
  return command;
}
