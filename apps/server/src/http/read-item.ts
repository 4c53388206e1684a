import { IgnoredNames, type OperationName, type PartReader, type Validated } from '@billonce/contract';
import type { Slices } from './body/turns.ts';
import { headersNotSent } from './misspelt-headers.ts';
import type { Call } from './router.ts';

/** Reads the items of a bulk separately: a fault in one does not refuse the others. */
export function itemReader<T, N extends OperationName>(
  read: PartReader<T>,
  { ignored, operation, request }: Call<N>,
  refusesUnknown: boolean,
): (item: unknown, index: number) => Validated<T> {
  const elsewhere = () => headersNotSent(operation, request.headers);
  return (item, index) => {
    if (!refusesUnknown) return read(item, { ignored, place: `/items/${index}`, elsewhere });
    const unknown = new IgnoredNames();
    const validated = read(item, { ignored: unknown, elsewhere });
    return unknown.isEmpty ? validated : { kind: 'invalid', faults: unknown.faults };
  };
}

/** After this many items, the rest waits for the turn of its tenant. */
const itemsAtOnceMax = 100;

/** Reads all items, in slices: describing the faults of an item takes time. */
export async function readItems<T>(
  items: readonly unknown[],
  slices: Slices,
  read: (item: unknown, index: number) => T,
): Promise<T[]> {
  const results: T[] = [];
  if (items.length > itemsAtOnceMax) await slices.next();
  for (const [index, item] of items.entries()) {
    if (slices.isOver) await slices.next();
    results.push(read(item, index));
  }
  return results;
}

/** The faults of an item, as its result reports them. */
export function itemMessage({ faults }: Validated<never> & { readonly kind: 'invalid' }): string {
  return faults.map(({ pointer, message }) => `${pointer} ${message}`.trim()).join('; ');
}
