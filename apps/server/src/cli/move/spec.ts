import { bounds } from '@billonce/contract';
import type { CommandSpec, OptionTable } from '../command-line/command.ts';
import { helpOption, optionOf, serverOption, tenantOption } from '../command-line/common-options.ts';

/** All options of `billonce move-from-agentpay`. */
export const moveOptions = {
  ...serverOption,
  'api-key': optionOf('BILLONCE_API_KEY', 'the admin key of the Billonce server'),
  ...tenantOption(
    'receives the webhooks, and the data of callers without a key',
    '; needed with an API key. Without one the server must be in development mode, and the tenant is public',
  ),
  keys: {
    value: 'FILE',
    text:
      'the API keys of the clients, one on each line: apk_… TENANT [label]. AgentPay returns the data of a key only to that key, ' +
      'so the data of a key that is not supplied is not carried over',
  },
  secrets: {
    value: 'FILE',
    text:
      'appends the new secrets of webhooks to this file, a JSON document on each line, for its owner only; without it they are ' +
      'printed',
  },
  source: {
    value: 'NAME',
    text: 'prefix of the usage ids; default: agentpay. Give another one for each AgentPay that you carry over',
  },
  batch: {
    value: 'N',
    integer: { default: 500, min: 1, max: bounds.bulkItems },
    text: 'usage items in a bulk',
  },
  'dry-run': { text: 'reads both servers and writes nothing' },
  json: { text: 'prints one JSON document' },
  ...helpOption,
} as const satisfies OptionTable;

export const moveSpec: CommandSpec = {
  name: 'move-from-agentpay',
  summary: 'carries over services, outstanding usage, webhooks and API keys from AgentPay',
  arguments: [{ name: 'URL', text: 'the URL of AgentPay' }],
  text: [
    'Moves from the AgentPay at URL, which must be paused: services with price, description, owner and ' +
      'disabled flag; outstanding usage; webhooks; and the API keys that you supply. Then it compares every ' +
      'service and every total. You can run it again, also after a crash: nothing is carried over twice. ' +
      'Use the same tenants and the same --source each time.',
  ],
  groups: [{ title: 'Options', options: moveOptions }],
  endings: {
    done: 'everything is carried over and equal',
    failed: 'a server does not answer, or answers with an error; nothing that is carried over is lost',
    incomplete: 'something is not carried over, or differs; each case is printed with its reason',
  },
};
