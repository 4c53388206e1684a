import { isObject, parseJson, withMember } from '../json-text.ts';
import { type Call, type Field, withBody, withHeader, withoutHeader } from './call.ts';

/** Where a protocol carries the key. */
export type KeyPlace =
  | { readonly kind: 'header'; readonly name: string; readonly isQuoted: boolean }
  | { readonly kind: 'member'; readonly path: readonly string[] }
  /** the extension `payment-identifier` in the payment of x402 */
  | { readonly kind: 'payment' };

/** The headers that carry a payment of x402: version 2, and version 1. */
const paymentHeaders = ['payment-signature', 'x-payment'];

/** The call under a key; `undefined` is for a call without a key. */
export function withKey(call: Call, place: KeyPlace, key: string | undefined): Call {
  switch (place.kind) {
    case 'header':
      if (key === undefined) return withoutHeader(call, place.name);
      return withHeader(call, place.name, place.isQuoted ? quoted(key) : key);
    case 'member': {
      const document = parseJson(call.body.toString());
      if (key === undefined || !isObject(document)) return call;
      return withBody(call, JSON.stringify(withMember(document, place.path, key)));
    }
    case 'payment':
      return key === undefined ? call : withPaymentIdentifier(call, key);
  }
}

/** The call with header lines for the key exactly as given. Only for a key that is in a header. */
export function withKeyLines(call: Call, name: string, values: readonly string[]): Call {
  const lines = values.map((value): Field => [name, value]);
  return { ...withoutHeader(call, name), headers: [...withoutHeader(call, name).headers, ...lines] };
}

/** The key as a String of a structured field. @see RFC 9651, section 4.1.6 */
export function quoted(key: string): string {
  return `"${key.replace(/["\\]/g, '\\$&')}"`;
}

/** The header of a call that has a payment; `undefined` if there is none. */
export function paymentHeaderOf({ headers }: Call): Field | undefined {
  return headers.find(([name]) => paymentHeaders.includes(name.toLowerCase()));
}

function withPaymentIdentifier(call: Call, key: string): Call {
  const header = paymentHeaderOf(call);
  if (header === undefined) return call;
  const [name, value] = header;
  const payload = parseJson(Buffer.from(value, 'base64').toString());
  const path = ['extensions', 'payment-identifier', 'info', 'id'];
  const identified = JSON.stringify(withMember(payload, path, key));
  return withHeader(call, name, Buffer.from(identified).toString('base64'));
}
