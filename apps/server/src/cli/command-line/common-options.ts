import type { Variable } from '../../variables/variable.ts';
import { optionVariables } from '../../variables/variables.ts';
import type { OptionTable, ValueOption } from './command.ts';

type OptionVariables = typeof optionVariables;
type OptionVariable = keyof OptionVariables;
type OptionFor<Name extends OptionVariable> = Readonly<
  Record<OptionVariables[Name]['option']['name'], ValueOption>
>;

/** Options that mean the same in every command that takes them. The table of variables describes them. */
export const serverOption: OptionFor<'BILLONCE_URL'> = { server: optionOf('BILLONCE_URL') };

export const apiKeyOption: OptionFor<'BILLONCE_API_KEY'> = {
  'api-key': optionOf('BILLONCE_API_KEY', undefined, ', which other users of the machine cannot see'),
};

export const databaseOption: OptionFor<'DATABASE_URL'> = { database: optionOf('DATABASE_URL') };

/**
 * The option of a tenant.
 *
 * @param text whose books, exactly
 * @param otherwise what counts if neither the option nor the variable is given
 */
export function tenantOption(text: string, otherwise = ''): OptionFor<'BILLONCE_TENANT'> {
  return { tenant: optionOf('BILLONCE_TENANT', text, otherwise) };
}

export const helpOption = {
  help: { short: 'h', text: 'prints this' },
} as const satisfies OptionTable;

export const jsonOption = {
  json: { text: 'prints JSON for programs: one document, or one on each line; errors are JSON, too' },
} as const satisfies OptionTable;

/** The option of a variable, with the variable and its default in its text. */
export function optionOf(name: OptionVariable, ownText?: string, ownDefault?: string): ValueOption {
  const { option, default: standard }: Variable & { option: object; default: string } = optionVariables[name];
  const { value, formerly, text } = option;
  const otherwise = ownDefault ?? (standard === '' ? '' : `, or ${standard}`);
  return {
    value,
    text: `${ownText ?? text}; default: ${name}${otherwise}`,
    ...(formerly === undefined ? {} : { formerly }),
  };
}
