import type { Random } from '../harness/seeded-random.ts';
import { listOf, recordOf, type Schema } from './document.ts';
import { keeps } from './keeping.ts';
import type { Pool } from './pool.ts';

const hourMs = 3_600_000;
const alphabets = ['a', 'Z', '7', 'x.', '_-', '@:/|', '+~#$!*', 'ünï', '\u{1f4b8}', 'fF0'];
const lists = { itemsMax: 3 };

/** Draws values that match schemas. */
export class Values {
  readonly #random: Random;
  readonly #pool: Pool;

  constructor(random: Random, pool: Pool) {
    this.#random = random;
    this.#pool = pool;
  }

  /**
   * A value that matches a schema: mostly one from the server's answers.
   *
   * @param name the name of the member or parameter
   * @throws {Error} if none is found: the schema then needs an example
   */
  draw(schema: Schema, name: string, collection: string): unknown {
    const known = this.#pool.known(name, collection).filter((value) => keeps(schema, value));
    if (known.length > 0 && this.#random.below(10) < 8) return this.#random.pick(known);
    const examples = listOf(schema['examples']).filter((value) => keeps(schema, value));
    if (examples.length > 0 && this.#random.below(10) < 4) return this.#random.pick(examples);
    return this.#byKeyword(schema, name, collection);
  }

  #byKeyword(schema: Schema, name: string, collection: string): unknown {
    if ('const' in schema) return schema['const'];
    const choices = listOf(schema['enum']);
    if (choices.length > 0) return this.#random.pick(choices);
    const alternatives = listOf(schema['anyOf'] ?? schema['oneOf']);
    if (alternatives.length > 0) {
      return this.draw(recordOf(this.#random.pick(alternatives)), name, collection);
    }
    const { type } = schema;
    switch (Array.isArray(type) ? this.#random.pick(type) : type) {
      case 'object':
        return this.#object(schema, collection);
      case 'array':
        return this.#list(schema, name, collection);
      case 'string':
        return this.#text(schema, name);
      case 'integer':
      case 'number':
        return this.#number(schema);
      case 'boolean':
        return this.#random.below(2) === 0;
      case 'null':
        return null;
      default:
        return this.#random.pick(['anything', 1, null, [], {}]);
    }
  }

  #object(schema: Schema, collection: string): object {
    const required = new Set(listOf(schema['required']));
    const all = Object.entries(recordOf(schema['properties']));
    const drawn = all.filter(([name]) => required.has(name) || this.#random.below(10) < 3);
    const least = numberOf(schema['minProperties'], 0);
    const members = (drawn.length < least ? all.slice(0, least) : drawn).map(
      ([name, member]) => [name, this.draw(recordOf(member), name, collection)] as const,
    );
    return Object.fromEntries(members);
  }

  #list(schema: Schema, name: string, collection: string): unknown[] {
    const least = numberOf(schema['minItems'], 0);
    const most = Math.min(numberOf(schema['maxItems'], lists.itemsMax), least + lists.itemsMax);
    const length = least + this.#random.below(most - least + 1);
    const items = Array.from({ length }, () => this.draw(recordOf(schema['items']), name, collection));
    if (schema['uniqueItems'] !== true) return items;
    return items.filter((item, index) => items.indexOf(item) === index);
  }

  #number(schema: Schema): number {
    const least = numberOf(schema['minimum'], 0);
    const most = numberOf(schema['maximum'], 1_000);
    const near = least + this.#random.below(Math.min(most - least, 50) + 1);
    return this.#random.pick([least, near, near, near, most].map((value) => Math.min(value, most)));
  }

  #text(schema: Schema, name: string): string {
    const least = numberOf(schema['minLength'], 1);
    const most = numberOf(schema['maxLength'], least + 20);
    const lengths = [least, Math.min(least + 7, most), most];
    const filled = alphabets.flatMap((alphabet) => lengths.map((length) => fill(alphabet, length)));
    const candidates = [...this.#samples(), ...filled, ...listOf(schema['examples']).map(String)];
    const found = candidates.filter((text) => keeps(schema, text));
    if (found.length === 0) throw new Error(`no text for ${name}: ${JSON.stringify(schema)}`);
    return this.#random.pick(found);
  }

  /** Texts in the forms that our contracts require: times, ids, amounts, addresses. */
  #samples(): string[] {
    const hex = (length: number) =>
      fill(
        this.#random
          .below(2 ** 30)
          .toString(16)
          .padStart(8, '0'),
        length,
      );
    const [one = '', two = ''] = [hex(8), hex(12)];
    return [
      new Date(Date.now() - this.#random.below(48) * hourMs).toISOString(),
      new Date(Date.now() + this.#random.below(48) * hourMs).toISOString(),
      `${one}-${two.slice(0, 4)}-7${two.slice(1, 4)}-8${two.slice(2, 5)}-${two}`,
      `https://receiver-${this.#random.below(5)}.example/hooks`,
      `apk_${one}`,
      String(this.#random.below(1_000)),
    ];
  }
}

function fill(alphabet: string, length: number): string {
  const letters = [...alphabet];
  return Array.from({ length }, (_, index) => letters[index % letters.length]).join('');
}

function numberOf(value: unknown, none: number): number {
  return typeof value === 'number' ? value : none;
}
