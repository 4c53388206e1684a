export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables of an environment, and notes every mistake in them. An empty variable counts as one that is not set. */
export class Reader {
  readonly #environment: Environment;
  readonly #mistakes: string[];

  constructor(environment: Environment, mistakes: string[]) {
    this.#environment = environment;
    this.#mistakes = mistakes;
  }

  text(name: string, fallback: string): string {
    return this.#value(name) ?? fallback;
  }

  secret(name: string, lengthMin: number): string | undefined {
    const value = this.#value(name);
    if (value === undefined) return undefined;
    if (value.length < lengthMin || !/^[\x21-\x7e]+$/.test(value)) {
      this.#mistakes.push(`${name} must be at least ${lengthMin} visible ASCII characters`);
    }
    return value;
  }

  integer(name: string, fallback: number, min: number, max: number): number {
    const value = this.#value(name);
    if (value === undefined) return fallback;
    const parsed = /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
    if (parsed >= min && parsed <= max) return parsed;
    this.#mistakes.push(`${name} is ${value}: it must be an integer from ${min} to ${max}`);
    return fallback;
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#value(name);
    if (value === undefined) return fallback;
    if (value === 'true' || value === '1') return true;
    if (value === 'false' || value === '0') return false;
    this.#mistakes.push(`${name} is ${value}: it must be true or false`);
    return fallback;
  }

  list(name: string): string[] {
    return (this.#value(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  }

  oneOf(name: string, fallback: string, allowed: readonly string[]): string {
    const value = this.text(name, fallback);
    if (!allowed.includes(value))
      this.#mistakes.push(`${name} is ${value}: it must be one of ${allowed.join(', ')}`);
    return value;
  }

  #value(name: string): string | undefined {
    const value = this.#environment[name]?.trim();
    return value === '' ? undefined : value;
  }
}
