/** Characters that control a terminal, or that change the order of what it shows. */
const unprintable = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
/** The same, except line breaks and tabs. */
const unprintableInLines = /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** One line of text, without characters that could move the cursor, change colours or forge a line: they are shown as `\u001b`. */
export function printable(text: string): string {
  return text.replace(unprintable, escaped);
}

/** Text of several lines, each of which is printable. */
export function printableLines(text: string): string {
  return text.replace(unprintableInLines, escaped);
}

/** As JSON escapes them, so that JSON stays JSON. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
