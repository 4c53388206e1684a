/** The least number of bits that a secret must have by estimate: that many cannot be guessed over a network. */
export const secretBitsMin = 72;

/** Words that people put into secrets; they add nothing to one. */
const commonWords =
  /admin|administrator|api|bearer|billonce|change|default|demo|dev|example|insecure|key|local|master|password|passwd|prod|production|root|secret|server|staging|super|test|token|user|your/gi;

/**
 * An upper estimate of how many bits a secret has. It leaves out common words, runs of characters and repetitions, and
 * counts how often each remaining character occurs. For a random secret the estimate is close to the truth; for a
 * sentence it is too high, because most words are not known here.
 */
export function estimatedBits(secret: string): number {
  const characters = [...withoutRuns(withoutRepeats(secret.replace(commonWords, ' ')))].filter(
    (one) => one !== ' ',
  );
  const { length } = characters;
  if (length === 0) return 0;
  const counts = new Map<string, number>();
  for (const one of characters) counts.set(one, (counts.get(one) ?? 0) + 1);
  const entropy = [...counts.values()].reduce(
    (sum, count) => sum - (count / length) * Math.log2(count / length),
    0,
  );
  // A short sample shows less than the true value (the correction of Miller and Madow).
  const correction = (counts.size - 1) / (2 * length * Math.LN2);
  return (entropy + correction) * length;
}

/** Leaves out every third and later character of a row such as `aaaa`, `abcd` or `4321`. */
function withoutRuns(text: string): string {
  const codes = [...text].map((one) => one.codePointAt(0) ?? 0);
  return [...text]
    .filter((_, index) => {
      const [before, last, own] = [codes[index - 2], codes[index - 1], codes[index]];
      if (before === undefined || last === undefined || own === undefined) return true;
      const step = own - last;
      return !(Math.abs(step) <= 1 && step === last - before);
    })
    .join('');
}

const repeatLength = 4;

/** Leaves out groups of four characters that occurred before. */
function withoutRepeats(text: string): string {
  let kept = '';
  for (let index = 0; index < text.length; ) {
    const part = text.slice(index, index + repeatLength);
    const isRepeat = part.length === repeatLength && text.slice(0, index + repeatLength - 1).includes(part);
    if (!isRepeat) kept += text[index] ?? '';
    index += isRepeat ? repeatLength : 1;
  }
  return kept;
}
