import { readSecretFile } from './secret-file.ts';
import { estimatedBits, secretBitsMin } from './secret-strength.ts';
import { fileVariableOf, type NameOf, variables } from './variables/variables.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables of an environment by their table, and notes every mistake in them. An empty variable counts as not set. */
export class Reader {
  readonly #environment: Environment;
  readonly #mistakes: string[];

  constructor(environment: Environment, mistakes: string[]) {
    this.#environment = environment;
    this.#mistakes = mistakes;
  }

  text(name: NameOf<'text'>): string {
    return this.#value(name) ?? variables[name].default;
  }

  /**
   * A secret: the variable itself, or the content of the file that `NAME_FILE` names. A blank one is a mistake:
   * otherwise the server would be open, and the operator would not notice.
   */
  secret(name: NameOf<'secret'>): string | undefined {
    const { lengthMin } = variables[name];
    const source = this.#secretSource(name);
    if (source === undefined) return undefined;
    const { value } = source;
    if (value === undefined || value === '') {
      const advice = 'give it a value, or unset it for development mode';
      this.#mistakes.push(`${source.variable} is set but blank: ${advice}`);
      return undefined;
    }
    const foreignAt = value.search(/[^\x21-\x7e]/);
    if (foreignAt >= 0) {
      const place = `character ${foreignAt + 1} is ${foreignCharacter(value.codePointAt(foreignAt))}`;
      this.#mistakes.push(`${name} must be visible ASCII characters, and its ${place}`);
    } else if (value.length < lengthMin) {
      this.#mistakes.push(`${name} has ${value.length} characters: it must have at least ${lengthMin}`);
    } else if (estimatedBits(value) < secretBitsMin) {
      this.#mistakes.push(`${name} is easy to guess: generate one with \`openssl rand -hex 32\``);
    }
    return value;
  }

  /** @param fallback in place of the default of the table, where it follows from other variables */
  integer(name: NameOf<'integer'>, fallback: number = variables[name].default): number {
    const { min, max } = variables[name];
    const value = this.#value(name);
    if (value === undefined) return fallback;
    const parsed = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (parsed >= min && parsed <= max) return parsed;
    this.#mistakes.push(`${name} is ${value}: it must be an integer from ${min} to ${max}`);
    return fallback;
  }

  flag(name: NameOf<'flag'>): boolean {
    const fallback = variables[name].default;
    const value = this.#value(name);
    if (value === undefined) return fallback;
    if (value === 'true' || value === '1') return true;
    if (value === 'false' || value === '0') return false;
    this.#mistakes.push(`${name} is ${value}: it must be true or false`);
    return fallback;
  }

  /** The number of trusted proxies. AgentPay's `true`, `yes` and `on` mean one proxy, as there. */
  hops(name: NameOf<'hops'>): number {
    const { max } = variables[name];
    const value = this.#value(name)?.toLowerCase();
    if (value === undefined || ['false', 'no', 'off'].includes(value)) return 0;
    if (['true', 'yes', 'on'].includes(value)) return 1;
    const parsed = /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN;
    if (parsed <= max) return parsed;
    this.#mistakes.push(
      `${name} is ${value}: it must be the number of proxies in front of the server, 0 to ${max}, or true for one`,
    );
    return 0;
  }

  list(name: NameOf<'list'>): string[] {
    return (this.#value(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  word(name: NameOf<'word'>): string {
    const { default: fallback, words }: { default: string; words: readonly string[] } = variables[name];
    const value = this.#value(name) ?? fallback;
    if (!words.includes(value))
      this.#mistakes.push(`${name} is ${value}: it must be one of ${words.join(', ')}`);
    return value;
  }

  #secretSource(name: string): { readonly variable: string; readonly value: string | undefined } | undefined {
    const fileName = fileVariableOf(name);
    const [value, file] = [this.#value(name), this.#value(fileName)];
    if (this.#environment[fileName] === undefined) {
      return this.#environment[name] === undefined ? undefined : { variable: name, value };
    }
    if (this.#environment[name] !== undefined) {
      this.#mistakes.push(`${name} and ${fileName} are both set: unset one of them`);
      return undefined;
    }
    if (file === undefined) return { variable: fileName, value: undefined };
    try {
      return { variable: fileName, value: readSecretFile(file) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#mistakes.push(`${fileName}: the file cannot be read: ${reason}`);
      return undefined;
    }
  }

  #value(name: string): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }
}

/** Describes a character that a header cannot contain, without showing more of a secret. */
function foreignCharacter(codePoint = 0): string {
  if (codePoint === 0x20) return 'a space';
  return codePoint < 0x80 ? 'a control character' : 'outside ASCII, such as a letter with an accent';
}
