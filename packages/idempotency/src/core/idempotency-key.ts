import { withoutTrailing } from './without-trailing.ts';

/** The longest idempotency key accepted, in characters, after unquoting. */
export const idempotencyKeyLengthMax = 255;

/** The content of the `Idempotency-Key` header of one request. */
export type ParsedKey =
  | { readonly kind: 'absent' }
  | { readonly kind: 'valid'; readonly key: string }
  | { readonly kind: 'invalid'; readonly reason: string };

/** Which spellings of a key are accepted: `any` also accepts the bare value, `structured` only the string of RFC 9651. */
export type KeySpelling = 'any' | 'structured';

const visibleAscii = /^[\x21-\x7e]+$/;
/** A bare key that needs no further look, as most are: visible ASCII without a quote or a comma, and not too long. */
const plainKey = /^[!#-+\--~]{1,255}$/;

/**
 * Reads the idempotency key from all `Idempotency-Key` field lines of a request. The quoted and the bare spelling of
 * the same characters are the same key.
 *
 * @param fieldLines every value of the header as it arrived, one element for each field line: a framework that joins
 * repeated headers hides that there were two
 * @see draft-ietf-httpapi-idempotency-key-header-07, section 2.1; RFC 9651, section 3.3.3
 */
export function parseIdempotencyKey(fieldLines: readonly string[], spelling: KeySpelling = 'any'): ParsedKey {
  const line = fieldLines[0];
  if (line === undefined) return { kind: 'absent' };
  if (fieldLines.length > 1) return invalid('the header was sent more than once');
  if (spelling === 'any' && plainKey.test(line)) return { kind: 'valid', key: line };
  const value = trimFieldValue(line);
  if (value.startsWith('"')) return parseQuoted(value);
  if (spelling === 'structured') return invalid('the key must be a quoted string (RFC 9651)');
  if (value.includes(',')) return invalid('a bare key must not contain a comma');
  if (value.includes('"')) return invalid('the quotes are not balanced');
  return boundedKey(value);
}

/** RFC 9110, section 5.5: only spaces and tabs surround a field value. */
function trimFieldValue(line: string): string {
  return withoutTrailing(line.replace(/^[ \t]+/, ''), ' \t');
}

function parseQuoted(value: string): ParsedKey {
  let key = '';
  let at = 1;
  for (; at < value.length; at++) {
    const char = value.charAt(at);
    if (char === '"') break;
    if (char !== '\\') {
      key += char;
      continue;
    }
    at++;
    const escaped = value.charAt(at);
    if (escaped !== '"' && escaped !== '\\')
      return invalid('a backslash may only escape a quote or a backslash');
    key += escaped;
  }
  if (at >= value.length) return invalid('the closing quote is missing');
  // Parameters of the structured field would change the meaning, and nothing here reads them: refused, not ignored.
  if (at !== value.length - 1) return invalid('there is something after the closing quote');
  return boundedKey(key);
}

/** A key without its quotes: 1 to 255 visible ASCII characters. */
export function boundedKey(key: string): Exclude<ParsedKey, { readonly kind: 'absent' }> {
  if (key === '') return invalid('the key is empty');
  if (key.length > idempotencyKeyLengthMax) {
    return invalid(`the key is longer than ${idempotencyKeyLengthMax} characters`);
  }
  if (!visibleAscii.test(key)) return invalid('the key has characters other than visible ASCII');
  return { kind: 'valid', key };
}

function invalid(reason: string): { readonly kind: 'invalid'; readonly reason: string } {
  return { kind: 'invalid', reason };
}
