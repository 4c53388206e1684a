import { backupSpec, exportSpec, migrateSpec, restoreSpec, verifySpec } from './books/specs.ts';
import type { CommandSpec } from './command-line/command.ts';
import { completionSpec } from './completion/spec.ts';
import { doctorSpec } from './doctor/spec.ts';
import { ingestSpec } from './ingest/spec.ts';
import { mcpSpec } from './mcp/spec.ts';
import { moveSpec } from './move/spec.ts';
import { remoteCommands } from './remote/commands.ts';
import { serveSpec } from './serve/spec.ts';
import { settleSpec } from './settle/spec.ts';
import { watchSpec } from './watch/spec.ts';

/** All commands of `billonce`. */
export const commandSpecs: readonly CommandSpec[] = [
  serveSpec,
  doctorSpec,
  watchSpec,
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
  completionSpec,
];
