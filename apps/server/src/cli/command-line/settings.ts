import { compileValidator, Tenant } from '@billonce/contract';
import { optionVariables } from '../../variables/variables.ts';
import type { IntegerBounds } from './command.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const serverDefault = optionVariables.BILLONCE_URL.default;

/** A setting from an option, otherwise from a variable; an empty variable counts as not set. */
interface Given {
  readonly name: string;
  readonly value: string;
}

function given(
  variable: keyof typeof optionVariables,
  value: string | undefined,
  environment: Environment,
): Given | undefined {
  if (value !== undefined) return { name: `--${optionVariables[variable].option.name}`, value };
  const set = environment[variable]?.trim();
  return set === undefined || set === '' ? undefined : { name: variable, value: set };
}

/** The URL of the server, without a slash at its end. */
export function serverOf(value: string | undefined, environment: Environment, mistakes: string[]): string {
  const { name, value: url } = given('BILLONCE_URL', value, environment) ?? {
    name: '',
    value: serverDefault,
  };
  return serverUrl(name, url, mistakes);
}

/** A wrong URL is not shown: it may contain a password. */
export function serverUrl(name: string, text: string, mistakes: string[]): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    mistakes.push(`${name} takes the URL of a server, like ${serverDefault}`);
    return '';
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    mistakes.push(`${name} takes no user name, password, query or fragment in its URL`);
  }
  return `${url.origin}${url.pathname}`.replace(/(?<!\/)\/+$/, '');
}

/** The API key for a server. It is never shown. */
export function apiKeyOf(
  value: string | undefined,
  environment: Environment,
  mistakes: string[],
): string | undefined {
  const key = given('BILLONCE_API_KEY', value, environment);
  if (key !== undefined && /[^\x21-\x7e]/.test(key.value)) {
    mistakes.push(
      `${key.name} contains a character that is not visible ASCII, such as a space or a letter with an accent: ` +
        'copy the key again',
    );
  } else if (key !== undefined && key.value.length > 1_024)
    mistakes.push(`${key.name} is longer than any API key`);
  return key?.value;
}

const validateTenant = compileValidator(Tenant);

/** The tenant to act for. */
export function tenantOf(
  value: string | undefined,
  environment: Environment,
  mistakes: string[],
): string | undefined {
  const tenant = given('BILLONCE_TENANT', value, environment);
  if (tenant === undefined) return undefined;
  const validated = validateTenant(tenant.value);
  if (validated.kind === 'invalid') {
    mistakes.push(
      `${tenant.name} is ${tenant.value}: it ${validated.faults.map(({ message }) => message).join('; ')}`,
    );
  }
  return tenant.value;
}

/** The value of an option that takes an integer. */
export function integerOf(
  name: string,
  { integer: { default: fallback, min, max } }: { readonly integer: IntegerBounds },
  value: string | undefined,
  mistakes: string[],
): number {
  if (value === undefined) return fallback;
  const parsed = /^\d{1,12}$/.test(value) ? Number(value) : Number.NaN;
  if (parsed >= min && parsed <= max) return parsed;
  mistakes.push(`--${name} is ${value}: it must be an integer from ${min} to ${max}`);
  return fallback;
}

/** The name that ids begin with. */
export function idSourceOf(value: string | undefined, mistakes: string[]): string | undefined {
  if (value !== undefined && !/^[A-Za-z0-9._-]{1,64}$/.test(value)) {
    mistakes.push(`--source is ${value}: it must be 1 to 64 of A-Z a-z 0-9 . _ -`);
  }
  return value;
}
