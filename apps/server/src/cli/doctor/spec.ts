import type { CommandSpec } from '../command-line/command.ts';
import { databaseOption, helpOption, jsonOption } from '../command-line/common-options.ts';

export const doctorOptions = {
  ...databaseOption,
  ...jsonOption,
  ...helpOption,
} as const;

export const doctorSpec: CommandSpec = {
  name: 'doctor',
  summary: 'checks whether a server can run here, and advises what to do',
  arguments: [],
  text: [
    'Reads the variables as a server does, and checks configuration, secrets, the rights of files, the database (reachable, schema, writable, settings that keep what is ' +
      'acknowledged), disk, clock, port and versions. It changes nothing, and can be used while a server is running. Its output contains no secrets.',
    'A line begins with ok; with FIX if a server would start and something should be corrected; or with STOP if a server would not start, or could lose acknowledged writes.',
  ],
  groups: [{ title: 'Options', options: doctorOptions }],
  endings: {
    done: 'nothing to do',
    failed: 'a server would not start, or could lose acknowledged writes (STOP)',
    incomplete: 'a server would start, and something should be corrected (FIX)',
  },
};
