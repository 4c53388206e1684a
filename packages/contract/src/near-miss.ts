/** A name that a request may have, in the form in which misspellings of it are found. */
export interface KnownName {
  readonly name: string;
  /** its letters and digits, in lower case */
  readonly folded: string;
  /** the name that a client should use instead */
  readonly hint: string;
  /** whether it is another word for the name: only this exact word matches, not a similar one */
  readonly isOtherWord?: boolean;
}

/** A longer name is not a misspelling of one of our names. This also bounds the work. */
const lengthMax = 64;

export function knownName(name: string, hint: string = name): KnownName {
  return { name, folded: fold(name), hint };
}

/** Another word that is used for a name. */
export function otherWordFor(name: string, word: string): KnownName {
  return { name, folded: fold(word), hint: name, isOtherWord: true };
}

/**
 * The known name that an unknown one seems to be a misspelling of. Only letters and digits count, in lower case, so
 * that `service_id` is `serviceId`. A name of 1 or 2 letters must then be equal, one of 3 to 5 may have one typing
 * mistake, a longer one two. A mistake is an extra letter, a missing letter, a wrong letter, or two swapped letters.
 */
export function nearMiss(name: string, known: readonly KnownName[]): KnownName | undefined {
  if (name.length > lengthMax) return undefined;
  const folded = fold(name);
  if (folded === '') return undefined;
  return (
    known.find((one) => one.folded === folded) ??
    known.find(
      (one) => one.isOtherWord !== true && isWithin(folded, one.folded, mistakesMax(one.folded.length)),
    )
  );
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

function mistakesMax(length: number): number {
  if (length <= 2) return 0;
  return length <= 5 ? 1 : 2;
}

/**
 * Whether two texts are at most `max` mistakes apart (optimal string alignment). Looks only at the diagonals that can
 * stay within the bound, and stops at the first row that is beyond it: the names come from a client.
 */
function isWithin(a: string, b: string, max: number): boolean {
  if (max === 0 || Math.abs(a.length - b.length) > max) return false;
  const beyond = max + 1;
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const next = new Array<number>(b.length + 1).fill(beyond);
    next[0] = row;
    let least = row;
    for (let column = Math.max(1, row - max); column <= Math.min(b.length, row + max); column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const cost = Math.min(
        (last[column] ?? beyond) + 1,
        (next[column - 1] ?? beyond) + 1,
        (last[column - 1] ?? beyond) + (isSame ? 0 : 1),
        isSwapped ? (before[column - 2] ?? beyond) + 1 : beyond,
      );
      next[column] = cost;
      least = Math.min(least, cost);
    }
    if (least > max) return false;
    before = last;
    last = next;
  }
  return (last[b.length] ?? beyond) <= max;
}
