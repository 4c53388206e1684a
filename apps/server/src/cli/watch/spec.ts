import type { CommandSpec } from '../command-line/command.ts';
import { remoteEndings, remoteOptions } from '../remote/remote-options.ts';

export const watchOptions = {
  since: {
    value: 'TIME',
    text: 'shows events from this moment on; default: from now on',
  },
  type: { value: 'EVENT', text: 'only events of this type, such as usage.settled' },
  agent: { value: 'NAME', text: 'only events of this agent' },
  events: {
    value: 'N',
    integer: { default: 0, min: 0, max: 1_000_000_000 },
    text: 'ends after this many events; 0: never',
  },
  every: {
    value: 'MS',
    integer: { default: 1_000, min: 100, max: 60_000 },
    text: 'the interval between requests for new events, in milliseconds',
  },
  ...remoteOptions,
} as const;

export const watchSpec: CommandSpec = {
  name: 'watch',
  summary: 'shows what a server does, event by event, until it is stopped',
  arguments: [],
  text: [
    'Prints one line for each event of the tenant, in order and without duplicates. If the server cannot be reached, it reports this and continues where it ' +
      'stopped when the server is back. Ctrl-C ends it.',
  ],
  groups: [{ title: 'Options', options: watchOptions }],
  endings: {
    ...remoteEndings,
    done: 'it was stopped (SIGINT, SIGTERM), or has shown the events of --events',
  },
};
