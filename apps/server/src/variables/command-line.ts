import type { VariableGroup } from './variable.ts';

/** What only the command line reads. An option comes before its variable. */
export const commandLineVariables = {
  BILLONCE_URL: {
    kind: 'text',
    default: 'http://127.0.0.1:3001',
    form: 'the URL of a server',
    isCommentedOut: true,
    option: { name: 'server', value: 'URL', text: 'the Billonce server', formerly: ['url'] },
    text: 'The server that the commands call.',
  },
  BILLONCE_API_KEY: {
    kind: 'text',
    default: '',
    form: 'an API key',
    isSecret: true,
    isCommentedOut: true,
    option: { name: 'api-key', value: 'KEY', text: 'the API key for the server' },
    text: 'The API key for that server. Other users of the machine can see an option, but not a variable.',
  },
  BILLONCE_TENANT: {
    kind: 'text',
    default: '',
    form: 'the name of a tenant',
    isCommentedOut: true,
    option: { name: 'tenant', value: 'NAME', text: 'whose books' },
    text: 'The tenant whose books a command reads or writes with the admin key.',
  },
} as const satisfies VariableGroup;
