import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** The result of a settlement: it is answered, the charge is made and the answer is lost, or it is refused. */
export type Behaviour = 'settle' | 'lose' | 'refuse' | 'hang up first';

/** A counting facilitator on loopback. Each authorization can be settled once, as on a chain. */
export interface Facilitator {
  readonly url: string;
  readonly verified: string[];
  /** the charged nonces, in order */
  readonly charged: string[];
  /** how often a settlement was requested */
  settleCalls: number;
  behaviour: Behaviour;
  /** called between the charge and its answer */
  onCharged: () => void | Promise<void>;
  close(): Promise<void>;
}

export const network = 'eip155:84532';

/** Starts a facilitator. */
export async function startFacilitator(): Promise<Facilitator> {
  const server = createServer((request, response) => {
    respond(request.url ?? '', () => text(request)).then(
      (body) => {
        if (body === undefined) response.destroy();
        else response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
      },
      () => response.destroy(),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the facilitator has no port');
  const facilitator: Facilitator = {
    url: `http://127.0.0.1:${address.port}`,
    verified: [],
    charged: [],
    settleCalls: 0,
    behaviour: 'settle',
    onCharged: () => undefined,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };

  async function respond(path: string, body: () => Promise<string>): Promise<unknown> {
    if (path === '/supported') {
      const kinds = [{ x402Version: 2, scheme: 'exact', network }];
      return { kinds, extensions: ['payment-identifier'], signers: {} };
    }
    if (path.startsWith('/charges/')) return facilitator.charged.includes(path.slice('/charges/'.length));
    const { nonce, from } = authorizationIn(await body());
    if (path === '/verify') {
      facilitator.verified.push(nonce);
      // A charged payment cannot be used again: a retry that is verified first fails.
      return facilitator.charged.includes(nonce)
        ? { isValid: false, invalidReason: 'invalid_exact_evm_nonce_already_used', payer: from }
        : { isValid: true, payer: from };
    }
    facilitator.settleCalls++;
    const refused = { success: false, transaction: '', network, payer: from };
    if (facilitator.behaviour === 'hang up first') return undefined;
    if (facilitator.behaviour === 'refuse') return { ...refused, errorReason: 'insufficient_funds' };
    if (facilitator.charged.includes(nonce)) {
      return { ...refused, errorReason: 'invalid_exact_evm_nonce_already_used' };
    }
    facilitator.charged.push(nonce);
    await facilitator.onCharged();
    if (facilitator.behaviour === 'lose') return undefined;
    return { success: true, transaction: transactionOf(nonce), network, payer: from };
  }

  return facilitator;
}

/** The transaction of a charge. */
export function transactionOf(nonce: string): string {
  return `0xtransaction-of-${nonce}`;
}

function authorizationIn(body: string): { readonly nonce: string; readonly from: string } {
  const { nonce, from } = JSON.parse(body).paymentPayload.payload.authorization;
  return { nonce: String(nonce), from: String(from) };
}
