/** The least that an estimate of a secret must come to: no one guesses that many bits over a network. */
export const secretBitsMin = 72;

/** Words that people put into secrets; they add nothing to one. */
const commonWords =
  /admin|administrator|api|bearer|billonce|change|default|demo|dev|example|insecure|key|local|master|password|passwd|prod|production|root|secret|server|staging|super|test|token|user|your/gi;

/**
 * Estimates from above how many bits a secret has: of what is left without common words, without characters that go on in a row
 * or repeat what stood before, by how often each character occurs. A random secret is estimated close to what it has; a sentence
 * is estimated too high, because its words are not known here.
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
  // A short sample shows less than there is (the correction of Miller and Madow).
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

/** Leaves out parts of four characters that stood before. */
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
