import { nameOfSchema } from './schema-names.ts';

/** The named schemas of a document, which grow with each schema that is shown. */
export class Components {
  readonly #schemas = new Map<string, unknown>();

  /** All schemas that were referred to, by their names. */
  schemas(): Readonly<Record<string, unknown>> {
    const sorted = [...this.#schemas].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(sorted);
  }

  /** A schema with a reference in place of each named one. Objects are open: a client may send other members. */
  refer(schema: object): Readonly<Record<string, unknown>> {
    const name = nameOfSchema(schema);
    if (name === undefined) return this.#shown(schema);
    if (!this.#schemas.has(name)) {
      this.#schemas.set(name, undefined);
      this.#schemas.set(name, this.#shown(schema));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  #shown(schema: object): Readonly<Record<string, unknown>> {
    const kept = Object.entries(schema).filter(
      ([keyword, value]) => !(keyword === 'additionalProperties' && value === false),
    );
    return Object.fromEntries(kept.map(([keyword, value]) => [keyword, this.#part(keyword, value)]));
  }

  #part(keyword: string, value: unknown): unknown {
    if (keyword === 'examples' || typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map((one) => this.#part('', one));
    return keyword === 'properties'
      ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, this.#part('', member)]))
      : this.refer(value);
  }
}
