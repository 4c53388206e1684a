/** An option of the command line. */
export interface Option {
  readonly kind: 'text' | 'texts' | 'switch';
  /** what its value is called in the help */
  readonly value?: string;
  readonly text: string;
}

/** The options in groups, as the help and the reference list them. */
export const optionGroups = [
  {
    title: 'The request',
    options: {
      profile: { kind: 'text', value: 'NAME', text: 'The protocol that is checked; default: default.' },
      request: { kind: 'text', value: 'FILE', text: 'The body of a request that the API executes.' },
      method: { kind: 'text', value: 'METHOD', text: 'POST unless given.' },
      header: {
        kind: 'texts',
        value: '"NAME: VALUE"',
        text: 'A header of each request, such as credentials. May be repeated. The default Content-Type is application/json.',
      },
      vary: {
        kind: 'text',
        value: 'POINTER',
        text: 'The member that is changed to make another request, as a JSON pointer: /amount. Default: the first number, otherwise the first text.',
      },
      'key-header': {
        kind: 'text',
        value: 'NAME',
        text: 'The header of the key, if it differs from that of the protocol.',
      },
      'key-required': { kind: 'switch', text: 'The API documents that a key is required.' },
    },
  },
  {
    title: 'Facts about the API',
    options: {
      count: {
        kind: 'text',
        value: 'URL|SQL|COMMAND',
        text: 'Counts effects: a URL whose answer has a number (its fragment is a JSON pointer), a SELECT, or a command that prints one. Without it nothing can be said about “executed once”.',
      },
      'count-header': {
        kind: 'texts',
        value: '"NAME: VALUE"',
        text: 'A header of the request that counts. The headers of --header are sent with it only if its URL has the origin of the API. May be repeated.',
      },
      database: {
        kind: 'text',
        value: 'FILE|URL',
        text: 'Where a SELECT of --count runs: a file of SQLite, or postgres://…, for which the program psql is needed.',
      },
      start: {
        kind: 'text',
        value: 'COMMAND',
        text: 'Starts the API. It is stopped and killed by the checks of restarts, and stopped at the end.',
      },
      second: { kind: 'text', value: 'URL', text: 'The same operation at another instance.' },
      'other-caller': {
        kind: 'texts',
        value: '"NAME: VALUE"',
        text: 'A header with the credentials of another caller. May be repeated.',
      },
      payment: {
        kind: 'texts',
        value: '"NAME: VALUE"',
        text: 'A header that pays: without it the API answers 402. May be repeated.',
      },
      'payment-command': {
        kind: 'text',
        value: 'COMMAND',
        text: 'Prints the value of the payment header for each new key, where a payment can be used only once.',
      },
      'bad-request': {
        kind: 'text',
        value: 'FILE',
        text: 'A body that the API refuses with 4xx; default: {}.',
      },
      'failing-request': { kind: 'text', value: 'FILE', text: 'A body that the API fails on with 5xx.' },
      'expires-after': {
        kind: 'text',
        value: 'SECONDS',
        text: 'How long an answer is kept, if that is at most 300 seconds.',
      },
    },
  },
  {
    title: 'What is checked',
    options: {
      only: { kind: 'text', value: 'ID,…', text: 'Only these checks.' },
      skip: { kind: 'text', value: 'ID,…', text: 'Not these checks.' },
      'fail-on': {
        kind: 'text',
        value: 'LEVEL',
        text: 'The least binding level whose failures end with 1: MUST, SHOULD, MAY or beyond; default: SHOULD.',
      },
      seed: {
        kind: 'text',
        value: 'TEXT',
        text: 'Keys, values and moments are derived from it; default: a new seed. To use a seed again, first delete the records of the API.',
      },
    },
  },
  {
    title: 'Bounds',
    options: {
      'allow-host': {
        kind: 'texts',
        value: 'NAME',
        text: 'Allows requests to this host; otherwise they are sent to this machine only. May be repeated.',
      },
      rate: {
        kind: 'text',
        value: 'N',
        text: 'Requests per second, up to 1,000; default: 200 on this machine, otherwise 20.',
      },
      'requests-max': { kind: 'text', value: 'N', text: 'Requests in all, up to 10,000; default: 1,000.' },
      concurrency: { kind: 'text', value: 'N', text: 'Duplicates at the same time, 2 to 50; default: 10.' },
      timeout: {
        kind: 'text',
        value: 'SECONDS',
        text: 'Seconds to wait for one answer, up to 60; default: 10.',
      },
      patience: {
        kind: 'text',
        value: 'SECONDS',
        text: 'Seconds to wait for a key that is in progress, up to 300; default: 15.',
      },
      settle: {
        kind: 'text',
        value: 'MS',
        text: 'Milliseconds for which a count must stay the same before it is used, up to 10,000; default: 150.',
      },
      'dry-run': { kind: 'switch', text: 'Prints what would be sent, and sends nothing.' },
    },
  },
  {
    title: 'Reports',
    options: {
      json: { kind: 'text', value: 'FILE', text: 'Writes all results as JSON.' },
      junit: { kind: 'text', value: 'FILE', text: 'Writes a report that CI systems read.' },
      html: { kind: 'text', value: 'FILE', text: 'Writes an HTML report for the owner of the API.' },
      quiet: { kind: 'switch', text: 'Prints the summary only.' },
      help: { kind: 'switch', text: 'Prints this.' },
      version: { kind: 'switch', text: 'Prints the version.' },
    },
  },
] as const satisfies readonly {
  readonly title: string;
  readonly options: Readonly<Record<string, Option>>;
}[];

/** The exit codes of the command. */
export const exitTexts: readonly (readonly [code: number, text: string])[] = [
  [0, 'no check failed at or above the level of --fail-on'],
  [1, 'a check failed at or above the level of --fail-on'],
  [2, 'an option is wrong, the API cannot be reached, or its request does not succeed: nothing was checked'],
];

/** All options by their names. */
export const options: Readonly<Record<string, Option>> = Object.fromEntries(
  optionGroups.flatMap((group): readonly (readonly [string, Option])[] => Object.entries(group.options)),
);
