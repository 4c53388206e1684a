import { createHmac } from 'node:crypto';

const secretPrefix = 'whsec_';

/** A signing secret from bytes in hexadecimal digits. */
export function newSigningSecret(hexadecimal: string): string {
  return secretPrefix + Buffer.from(hexadecimal, 'hex').toString('base64');
}

/** The signed message: its id is the same at every attempt, its time is that of the attempt. */
export interface SignedMessage {
  readonly id: string;
  /** seconds since the epoch */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The headers that prove to a receiver who sent a message, and that it is not an old one. There is a signature for each
 * secret: a receiver accepts a message if one of them is correct.
 *
 * @see Standard Webhooks 1.0, "Webhook signatures": HMAC-SHA256 over id, timestamp and body
 */
export function signatureHeaders(secrets: readonly string[], { id, timestamp, body }: SignedMessage) {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(secretPrefix.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatures.join(' '),
  };
}
