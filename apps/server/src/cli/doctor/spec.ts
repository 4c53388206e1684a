import type { CommandSpec } from '../command-line/command.ts';
import { databaseOption, helpOption, jsonOption } from '../command-line/common-options.ts';

export const doctorOptions = {
  ...databaseOption,
  ...jsonOption,
  ...helpOption,
} as const;

export const doctorSpec: CommandSpec = {
  name: 'doctor',
  summary: 'checks whether a server can run here, and says what to do',
  arguments: [],
  text: [
    'Reads the variables as a server does, and checks configuration, secrets, the rights of files, the database (reachable, schema, writable, settings that keep what is ' +
      'acknowledged), disk, clock, port and versions. It changes nothing, and a server may be running. What it prints has no secret in it.',
    'A line begins with ok; with FIX if a server runs, and something should be corrected; or with STOP if a server would not start, or could lose what it acknowledges.',
  ],
  groups: [{ title: 'Options', options: doctorOptions }],
  endings: {
    done: 'nothing is to be done',
    failed: 'a server would not start, or could lose what it acknowledges (STOP)',
    incomplete: 'a server would start, and something should be corrected (FIX)',
  },
};
