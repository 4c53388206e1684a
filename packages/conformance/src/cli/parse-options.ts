import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checks } from '../checks/checks.ts';
import { isAllowed, isLoopback } from '../hosts.ts';
import { parseJson, pathOf } from '../json-text.ts';
import { type Level, levels } from '../level.ts';
import type { CountSource } from '../oracle/count-source.ts';
import { defaultLimits, type Limits, type Plan } from '../plan.ts';
import { isProfileName, type ProfileName, profiles } from '../profile.ts';
import type { Field } from '../wire/call.ts';
import { options } from './option-table.ts';

/** Files to which reports are written, and what is printed. */
export interface Output {
  readonly json: string | undefined;
  readonly junit: string | undefined;
  readonly html: string | undefined;
  readonly isQuiet: boolean;
  readonly isDryRun: boolean;
}

/** What the user asked for. */
export type Parsed =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'invalid'; readonly mistakes: readonly string[] }
  | { readonly kind: 'valid'; readonly plan: Plan; readonly output: Output };

const requestBytesMax = 1024 * 1024;
const expiresAfterSecondsMax = 300;

/** The values of the options; mistakes are collected, so that all of them are reported at once. */
class Arguments {
  readonly mistakes: string[] = [];
  readonly positionals: readonly string[];
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>, positionals: readonly string[]) {
    this.#values = values;
    this.positionals = positionals;
  }

  is(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  texts(name: string): readonly string[] {
    const value: unknown = this.#values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  list(name: string): readonly string[] {
    return (this.text(name) ?? '').split(',').filter((part) => part !== '');
  }

  number(name: string, otherwise: number, min: number, max: number): number {
    const text = this.text(name);
    if (text === undefined) return otherwise;
    const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    this.mistakes.push(`--${name} must be a number from ${min} to ${max}, not ${text}`);
    return otherwise;
  }

  file(name: string): Buffer | undefined {
    const file = this.text(name);
    if (file === undefined) return undefined;
    try {
      if (statSync(file).size > requestBytesMax) throw new Error(`it has more than ${requestBytesMax} bytes`);
      return readFileSync(file);
    } catch (error) {
      this.mistakes.push(
        `--${name}: ${file} cannot be read (${error instanceof Error ? error.message : error})`,
      );
      return undefined;
    }
  }

  fields(name: string): readonly Field[] {
    return this.texts(name).flatMap((line): readonly Field[] => {
      const colon = line.indexOf(':');
      const field = line.slice(0, Math.max(0, colon));
      const value = line.slice(colon + 1).trim();
      const isField = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(field) && !/[\r\n]/.test(value);
      if (isField) return [[field, value]];
      this.mistakes.push(`--${name} must be "NAME: VALUE", not ${JSON.stringify(line)}`);
      return [];
    });
  }

  url(name: string, text: string | undefined): URL | undefined {
    if (text === undefined) return undefined;
    const url = URL.parse(text);
    if (url === null || !['http:', 'https:'].includes(url.protocol)) {
      this.mistakes.push(`${name} must be an http: or https: URL, not ${text}`);
      return undefined;
    }
    if (!isAllowed(url, this.texts('allow-host'))) {
      this.mistakes.push(
        `${name} is not on this machine: if the requests may be sent there, add --allow-host ${url.hostname}`,
      );
    }
    return url;
  }
}

/** Reads the command line. */
export function parseOptions(args: readonly string[]): Parsed {
  const types = Object.entries(options).map(([name, { kind }]) => {
    const type: 'boolean' | 'string' = kind === 'switch' ? 'boolean' : 'string';
    return [name, { type, multiple: kind === 'texts' }] as const;
  });
  let given: Arguments;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: Object.fromEntries(types),
      allowPositionals: true,
    });
    given = new Arguments(values, positionals);
  } catch (error) {
    return { kind: 'invalid', mistakes: [error instanceof Error ? error.message : String(error)] };
  }
  if (given.is('help')) return { kind: 'help' };
  if (given.is('version')) return { kind: 'version' };
  const plan = planOf(given);
  if (given.mistakes.length > 0) return { kind: 'invalid', mistakes: given.mistakes };
  const output = {
    json: given.text('json'),
    junit: given.text('junit'),
    html: given.text('html'),
    isQuiet: given.is('quiet'),
    isDryRun: given.is('dry-run'),
  };
  return { kind: 'valid', plan, output };
}

function planOf(given: Arguments): Plan {
  const [address, ...others] = given.positionals;
  if (address === undefined) given.mistakes.push('name the URL of an operation');
  if (others.length > 0) given.mistakes.push(`only one URL is allowed: remove ${others.join(' ')}`);
  // If one of these is missing there is a mistake, and the plan is not used.
  const url = given.url('the URL', address) ?? new URL('http://localhost');
  const body = bodyOf(given) ?? Buffer.alloc(0);
  const profile = profileNameOf(given);
  const headers = given.fields('header');
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  const vary = given.text('vary');
  if (vary !== undefined && !vary.startsWith('/'))
    given.mistakes.push(`--vary must begin with /, not ${vary}`);
  const expiresAfter = given.text('expires-after');
  const second = given.url('--second', given.text('second'));
  return {
    url,
    allowedHosts: given.texts('allow-host'),
    second,
    profile,
    keyHeader: given.text('key-header'),
    isKeyRequired: given.is('key-required'),
    method: given.text('method') ?? 'POST',
    headers: hasType ? headers : [['Content-Type', 'application/json'], ...headers],
    body,
    vary: vary === undefined ? undefined : pathOf(vary),
    otherCaller: given.fields('other-caller'),
    payment: given.fields('payment'),
    paymentCommand: given.text('payment-command'),
    badBody: given.file('bad-request'),
    failingBody: given.file('failing-request'),
    count: countOf(given),
    countHeaders: given.fields('count-header'),
    start: given.text('start'),
    expiresAfterMs:
      expiresAfter === undefined
        ? undefined
        : given.number('expires-after', 1, 0, expiresAfterSecondsMax) * 1000,
    only: checkIds(given, 'only'),
    skip: checkIds(given, 'skip'),
    failOn: failOnOf(given),
    seed: given.text('seed') ?? randomBytes(6).toString('hex'),
    limits: limitsOf(given, second === undefined ? [url] : [url, second]),
  };
}

/** The body of the request, which must be a JSON object where the key is a member of it. */
function bodyOf(given: Arguments): Buffer | undefined {
  if (given.text('request') === undefined) {
    given.mistakes.push('name a file with the body of a request with --request');
    return undefined;
  }
  const file = given.file('request');
  // An editor adds a line break at the end of a file, which is no part of the document.
  const isJson = file !== undefined && parseJson(file.toString()) !== undefined;
  const body = isJson ? Buffer.from(file.toString().trim()) : file;
  const vary = given.text('vary');
  if (body !== undefined && vary !== undefined && parseJson(body.toString()) === undefined) {
    given.mistakes.push('--vary changes a member of JSON, and the request is no JSON');
  }
  return body;
}

function profileNameOf(given: Arguments): ProfileName {
  const name = given.text('profile') ?? 'default';
  if (isProfileName(name)) return name;
  given.mistakes.push(`--profile must be one of ${Object.keys(profiles).join(', ')}, not ${name}`);
  return 'default';
}

function failOnOf(given: Arguments): Level {
  const name = given.text('fail-on') ?? 'SHOULD';
  const level = levels.find((one) => one.toLowerCase() === name.toLowerCase());
  if (level === undefined) given.mistakes.push(`--fail-on must be one of ${levels.join(', ')}, not ${name}`);
  return level ?? 'SHOULD';
}

function checkIds(given: Arguments, name: string): readonly string[] {
  const ids = given.list(name);
  const unknown = ids.filter((id) => !checks.some((check) => check.id === id));
  if (unknown.length > 0) given.mistakes.push(`--${name}: there is no check ${unknown.join(', ')}`);
  return ids;
}

function countOf(given: Arguments): CountSource | undefined {
  const count = given.text('count');
  const database = given.text('database');
  if (count === undefined) return undefined;
  if (/^https?:/.test(count)) {
    const url = given.url('--count', count);
    return url === undefined ? undefined : { kind: 'url', url };
  }
  if (!/^\s*(?:select|with)\s/i.test(count)) return { kind: 'command', command: count };
  if (database === undefined) {
    given.mistakes.push('name the database of the statement with --database');
    return undefined;
  }
  return { kind: 'sql', statement: count, database };
}

function limitsOf(given: Arguments, urls: readonly URL[]): Limits {
  const perSecond = urls.every(({ hostname }) => isLoopback(hostname)) ? 200 : defaultLimits.perSecond;
  return {
    concurrency: given.number('concurrency', defaultLimits.concurrency, 2, 50),
    perSecond: given.number('rate', perSecond, 1, 1_000),
    requestsMax: given.number('requests-max', defaultLimits.requestsMax, 10, 10_000),
    timeoutMs: given.number('timeout', defaultLimits.timeoutMs / 1000, 0.1, 60) * 1000,
    patienceMs: given.number('patience', defaultLimits.patienceMs / 1000, 0.1, 300) * 1000,
    settleMs: given.number('settle', defaultLimits.settleMs, 0, 10_000),
  };
}
