import { backupSpec, exportSpec, migrateSpec, restoreSpec, verifySpec } from './books/specs.ts';
import type { CommandSpec } from './command-line/command.ts';
import { ingestSpec } from './ingest/spec.ts';
import { mcpSpec } from './mcp/spec.ts';
import { moveSpec } from './move/spec.ts';
import { remoteCommands } from './remote/commands.ts';
import { settleSpec } from './settle/spec.ts';

/** All commands of `billonce`. */
export const commandSpecs: readonly CommandSpec[] = [
  ingestSpec,
  settleSpec,
  ...remoteCommands.map(({ spec }) => spec),
  exportSpec,
  verifySpec,
  backupSpec,
  restoreSpec,
  migrateSpec,
  moveSpec,
  mcpSpec,
];
