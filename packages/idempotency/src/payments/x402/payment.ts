import { canonicalJson, type Json } from '../../core/canonical-json.ts';
import { sha256 } from '../../core/digest.ts';

/** A payment as a client of x402 sends it, as far as it is read here. */
export interface Payment {
  /** identifies what was signed, regardless of the rest of the payload: the same authorization is the same payment */
  readonly digest: string;
  /** the `id` of the extension `payment-identifier` */
  readonly identifier: string | undefined;
  /** the payload as it was sent */
  readonly sent: unknown;
  /** the payer according to the request, if the scheme names one; not verified yet */
  readonly payer: string | undefined;
}

/** The headers that carry a payment: x402 version 2, and version 1. */
export const paymentHeaders = ['payment-signature', 'x-payment'] as const;

/** The payment in a header; `undefined` if there is none, so that x402 demands payment. */
export function parsePayment(header: string | undefined): Payment | undefined {
  const sent = header === undefined ? undefined : decoded(header);
  if (header === undefined || typeof sent !== 'object' || sent === null) return undefined;
  // Version 1 has scheme and network next to the payload, version 2 in `accepted`.
  const accepted = member(sent, 'accepted') ?? sent;
  const terms = ['scheme', 'network', 'asset'].map((name) => String(member(accepted, name)).toLowerCase());
  const payload = member(sent, 'payload');
  const authorization = member(payload, 'authorization') ?? member(payload, 'permit2Authorization');
  const payer = member(authorization, 'from');
  const parts = [...terms, signedText(authorization, payload) ?? header];
  return {
    digest: sha256(parts.map((part) => `${part.length}:${part}`).join('')),
    identifier: identifierOf(sent),
    sent,
    payer: typeof payer === 'string' && payer !== '' ? payer.toLowerCase() : undefined,
  };
}

function decoded(header: string): unknown {
  try {
    return JSON.parse(Buffer.from(header, 'base64').toString());
  } catch {
    return undefined;
  }
}

/** What was signed, as text; `undefined` if it has no canonical form. */
function signedText(authorization: unknown, payload: unknown): string | undefined {
  const signed = authorization ?? member(payload, 'transaction') ?? payload;
  if (signed === undefined) return undefined;
  try {
    const text = canonicalJson(json(signed));
    // The same signature can be written in several ways, and an address in upper or lower case.
    return authorization === undefined ? text : text.toLowerCase();
  } catch {
    return undefined;
  }
}

function identifierOf(sent: unknown): string | undefined {
  const info = member(member(member(sent, 'extensions'), 'payment-identifier'), 'info');
  const id = member(info, 'id');
  return typeof id === 'string' && /^[\x21-\x7e]{1,255}$/.test(id) ? id : undefined;
}

/** Casts a value that was parsed from JSON. */
function json(value: unknown): Json {
  return value as Json;
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
