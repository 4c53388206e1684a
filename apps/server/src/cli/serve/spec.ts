import type { CommandSpec } from '../command-line/command.ts';
import { databaseOption, helpOption } from '../command-line/common-options.ts';

export const serveOptions = {
  ...databaseOption,
  host: { value: 'ADDRESS', text: 'the address to listen on; default: HOST, or 127.0.0.1' },
  port: { value: 'PORT', text: 'the port to listen on, 0 for a free one; default: PORT, or 3001' },
  json: {
    text: 'writes the log as JSON, one entry on each line; default: LOG_FORMAT, or text on a terminal and JSON elsewhere',
  },
  ...helpOption,
} as const;

export const serveSpec: CommandSpec = {
  name: 'serve',
  summary: 'runs the server with its dashboard until it is stopped',
  arguments: [],
  text: [
    'Runs the server until SIGINT or SIGTERM; it then finishes the requests that it has accepted. All other settings are variables, which the reference ' +
      'of the configuration lists. Without ADMIN_API_KEY it runs in development mode, for this machine only.',
  ],
  groups: [{ title: 'Options', options: serveOptions }],
  endings: {
    done: 'it was stopped, and has finished its requests',
    failed: 'it did not start, or lost its database; the last line gives the reason and what to do',
  },
};
