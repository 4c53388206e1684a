import type { CommandSpec } from '../command-line/command.ts';
import {
  apiKeyOption,
  databaseOption,
  helpOption,
  jsonOption,
  serverOption,
  tenantOption,
} from '../command-line/common-options.ts';

const serverInstead = {
  server: {
    ...serverOption.server,
    text: 'a Billonce server in place of a database, by its URL',
  },
} as const;

export const verifyOptions = {
  ...databaseOption,
  ...serverInstead,
  ...apiKeyOption,
  ...tenantOption('with --server and the admin key: whose books'),
  ...jsonOption,
  ...helpOption,
} as const;

export const verifySpec: CommandSpec = {
  name: 'verify',
  summary: 'recomputes every total and bill of a database or a server from its entries',
  arguments: [
    {
      name: 'SOURCE',
      text: 'a database, as with --database, or the URL of a server, as with --server',
      isOptional: true,
    },
  ],
  text: [
    'Recomputes every total and every bill of every tenant of a database from the entries. It changes ' +
      'nothing, leaves no files, and works while a server is running. With the URL of a server, that server ' +
      'audits the tenant of the API key.',
  ],
  groups: [{ title: 'Options', options: verifyOptions }],
  endings: { done: 'the books are right', incomplete: 'the books differ; each difference is printed' },
};

export const exportOptions = {
  ...databaseOption,
  ...serverInstead,
  ...apiKeyOption,
  ...tenantOption('whose books', ', the tenant of the API key, or the only one of a database'),
  agent: { value: 'NAME', text: 'only rows of this agent' },
  service: { value: 'NAME', text: 'only rows of this service' },
  from: { value: 'TIME', text: 'recorded, or settled, at this time or later, like 2026-11-01T00:00:00Z' },
  to: { value: 'TIME', text: 'and before this time' },
  source: {
    value: 'NAME',
    text: 'former name of --database and --server, which takes either',
    isFormer: true,
  },
  ...jsonOption,
  ...helpOption,
} as const;

export const exportSpec: CommandSpec = {
  name: 'export',
  summary: 'writes entries or settlements into a CSV or JSON Lines file',
  arguments: [
    { name: 'entries|settlements', text: 'what to export' },
    { name: 'FILE', text: 'the file to write' },
  ],
  text: [
    'Writes the entries or the settlements of a tenant into the new file FILE: as CSV if its name ends in ' +
      '.csv, as JSON Lines if it ends in .jsonl. A server may be writing at the same time: the file ' +
      'contains everything that was recorded before the export began. It gets its name only once it is ' +
      'complete and on disk.',
  ],
  groups: [{ title: 'Options', options: exportOptions }],
  endings: { failed: 'it failed, and there is no file' },
};

const databaseOptions = { ...databaseOption, ...jsonOption, ...helpOption } as const;

/** For commands that take only a database. */
export const plainOptions = databaseOptions;

export const backupSpec: CommandSpec = {
  name: 'backup',
  summary: 'copies the database, while a server may be writing to it',
  arguments: [{ name: 'TARGET', text: 'the file to write the backup to' }],
  text: [
    'Copies a database file into the new file TARGET, as it is at one moment; a server may be running on it. The copy is checked ' +
      'before it gets its name. A PostgreSQL is copied with its own tools.',
  ],
  groups: [{ title: 'Options', options: databaseOptions }],
  endings: { failed: 'it failed, and there is no backup' },
};

export const restoreSpec: CommandSpec = {
  name: 'restore',
  summary: 'puts a backup in the place of a database',
  arguments: [{ name: 'BACKUP', text: 'the backup to restore' }],
  text: [
    'Copies a backup to the place of a database file. There must be no database yet, and no server on it. A PostgreSQL is restored with ' +
      'its own tools.',
  ],
  groups: [{ title: 'Options', options: databaseOptions }],
  endings: { failed: 'it failed, and there is no database' },
};

export const migrateSpec: CommandSpec = {
  name: 'migrate',
  summary: 'migrates a PostgreSQL as its owner, and gives ROLE the rights of a server',
  arguments: [{ name: 'ROLE', text: 'the role as which the servers connect' }],
  text: [
    'Migrates a PostgreSQL as the role in its URL, which owns the tables; then gives ROLE, as which the servers connect, the rights ' +
      'that a server needs and no others. Needed only where the two roles differ.',
  ],
  groups: [{ title: 'Options', options: databaseOptions }],
  endings: {},
};
