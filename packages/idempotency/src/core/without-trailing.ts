/**
 * The text without the given characters at its end. This is a loop because an expression like `/0+$/` starts again at
 * each such character in the middle of the text, so its work grows with the square of the length.
 */
export function withoutTrailing(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}
