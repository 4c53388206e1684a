import type { SchemeNetworkServer } from '@x402/core/types';
import {
  appendPaymentIdentifierToExtensions,
  declarePaymentIdentifierExtension,
} from '@x402/extensions/payment-identifier';
import { network } from './facilitator.ts';

const asset = '0x036CbD53842c5426634e7929541eC2318f3dCF7e';
const payTo = '0x209693Bc6afc0C5328bA36FaF03C514EF312287C';

/** When a payment is settled: after the handler, or before it. */
export type PaymentFlow = 'authorization' | 'upfront';

/** The scheme `exact`, as far as a server needs it. */
export function exactScheme(paymentFlow: PaymentFlow): SchemeNetworkServer {
  return {
    scheme: 'exact',
    defaultAssetTransferMethod: 'eip3009',
    paymentFlows: { eip3009: { supported: [paymentFlow], default: paymentFlow } },
    parsePrice: async () => ({ asset, amount: '10000' }),
    enhancePaymentRequirements: async (requirements) => requirements,
  };
}

/** The payment that a route requires. */
export const accepts = { scheme: 'exact', network, payTo, price: '$0.01' } as const;

/** The extension, as a route declares it. */
export const extensions = { 'payment-identifier': declarePaymentIdentifierExtension(false) };

let nonces = 0;

/** The parts that differ between payments. */
export interface PaymentParts {
  readonly nonce?: string;
  readonly identifier?: string;
  readonly from?: string;
  readonly flow?: PaymentFlow;
}

/** A nonce that no other payment has. */
export function newNonce(): string {
  return `nonce-${process.pid}-${++nonces}`;
}

/** The headers of a payment. */
export function paymentHeaders(parts: PaymentParts = {}): Readonly<Record<string, string>> {
  const { nonce = newNonce(), identifier, from = '0xPayer', flow = 'authorization' } = parts;
  const extra = flow === 'upfront' ? { paymentFlow: 'upfront' } : {};
  const terms = { scheme: 'exact', network, amount: '10000', asset, payTo, maxTimeoutSeconds: 300, extra };
  const authorization = {
    from,
    to: payTo,
    value: '10000',
    validAfter: '0',
    validBefore: '9999999999',
    nonce,
  };
  const named =
    identifier === undefined
      ? {}
      : { extensions: appendPaymentIdentifierToExtensions(structuredClone(extensions), identifier) };
  const payload = {
    x402Version: 2,
    accepted: terms,
    payload: { signature: '0xsigned', authorization },
    ...named,
  };
  return { 'payment-signature': Buffer.from(JSON.stringify(payload)).toString('base64') };
}
