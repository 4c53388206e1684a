/** Words with which one member asks for the value of another. */
const sources: Readonly<Record<string, readonly string[]>> = {
  cursor: ['nextCursor'],
  expectedStroops: ['billedStroops'],
  'if-match': ['etag'],
  prefix: ['prefix', 'oldPrefix'],
  settlementId: ['settlementId', 'settlements/id'],
};
const valuesMax = 30;

/** The values in the server's answers, by member name, so that requests name things that exist. */
export class Pool {
  readonly #values = new Map<string, unknown[]>();
  readonly #spared: ReadonlySet<string>;
  #harvests = 0;

  /** @param spared values that no request may name, such as the API key of the run */
  constructor(spared: readonly string[]) {
    this.#spared = new Set(spared);
  }

  /** Remembers the plain members of an answer, including those of its lists. */
  harvest(answer: unknown, collection: string): void {
    if (typeof answer !== 'object' || answer === null) return;
    for (const [name, value] of Object.entries(answer)) {
      if (typeof value === 'object') this.harvest(value, collection);
      else if (typeof value === 'string' || typeof value === 'number') this.add(name, collection, value);
    }
  }

  add(name: string, collection: string, value: unknown): void {
    if (this.#spared.has(String(value))) return;
    for (const key of [name, `${collection}/${name}`]) {
      const known = this.#values.get(key) ?? [];
      if (known.includes(value)) continue;
      // The first values mostly remain, because later objects were made from them.
      if (known.length < valuesMax) known.push(value);
      else known[(this.#harvests++ % 7) + valuesMax - 7] = value;
      this.#values.set(key, known);
    }
  }

  /** The known values of a name. For an `id`, only those of the requested collection. */
  known(name: string, collection: string): readonly unknown[] {
    const ownNames = name === 'id' ? [`${collection}/id`] : (sources[name] ?? [name]);
    return ownNames.flatMap((own) => this.#values.get(own) ?? []);
  }
}

/** The collection of a path: `entries` for `/api/v1/entries/{id}`. */
export function collectionOf(path: string): string {
  return path.split('/')[3] ?? '';
}
