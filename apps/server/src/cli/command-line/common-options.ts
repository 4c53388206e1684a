import { variables } from '../../variables/variables.ts';
import type { OptionTable } from './command.ts';

/** Options that mean the same in every command that takes them. */
export const serverOption = {
  server: {
    value: 'URL',
    text: 'the Billonce server; default: BILLONCE_URL, or http://127.0.0.1:3001',
    formerly: ['url'],
  },
} as const satisfies OptionTable;

export const apiKeyOption = {
  'api-key': {
    value: 'KEY',
    text: 'the API key for the server; default: BILLONCE_API_KEY, which other users of the machine cannot see',
  },
} as const satisfies OptionTable;

export const databaseOption = {
  database: {
    value: 'DATABASE',
    text: `a database file, file:PATH or postgres://…; default: DATABASE_URL, or ${variables.DATABASE_URL.default}`,
  },
} as const satisfies OptionTable;

export const helpOption = {
  help: { short: 'h', text: 'prints this' },
} as const satisfies OptionTable;
