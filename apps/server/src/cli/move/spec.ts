import { bounds } from '@billonce/contract';
import type { CommandSpec, OptionTable } from '../command-line/command.ts';
import { helpOption, optionOf, serverOption, tenantOption } from '../command-line/common-options.ts';

/** All options of `billonce move-from-agentpay`. */
export const moveOptions = {
  ...serverOption,
  'api-key': optionOf('BILLONCE_API_KEY', 'the admin key of the Billonce server'),
  ...tenantOption(
    'gets the webhooks, and what callers without a key have in AgentPay',
    '; needed with an API key. Without one the server must be in development mode, and the tenant is public',
  ),
  keys: {
    value: 'FILE',
    text:
      'the API keys that clients have, a line for each: apk_… TENANT [label]. AgentPay shows what belongs to a key only to that key, ' +
      'so what belongs to a key that is not supplied is not carried',
  },
  secrets: {
    value: 'FILE',
    text:
      'appends the new secrets of webhooks to this file, a JSON document on each line, for its owner only; without it they are ' +
      'printed',
  },
  source: {
    value: 'NAME',
    text: 'begins the identities (agentpay): another one for each AgentPay that you carry over',
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
    'Carries over from the AgentPay at URL, which must be paused: services with price, description, owner and disabled flag; the usage ' +
      'that is outstanding; webhooks; and the API keys that you supply. Then it compares every service and every total. It can be run ' +
      'again, after a crash too: nothing is carried twice. Run it again with the same tenants and the same --source.',
  ],
  groups: [{ title: 'Options', options: moveOptions }],
  endings: {
    done: 'everything is carried and equal',
    failed: 'a server does not answer, or not as it should; what is carried stays',
    incomplete: 'something is not carried, or differs; each is printed with its reason',
  },
};
