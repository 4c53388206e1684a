// What the examples of the page on payments import from `payment.js`.
import { accepts, exactScheme } from './payments.ts';

export { currency, getClient, recipient } from './mppx-laws.ts';

export const { payTo } = accepts;
export const scheme = exactScheme('authorization');

/** What was charged, by payer and nonce. */
export const charges = new Map<string, { readonly hash: string }>();

export async function chargeOnChain(
  from: string,
  nonce: string,
): Promise<{ readonly hash: string } | undefined> {
  return charges.get(from + nonce);
}
