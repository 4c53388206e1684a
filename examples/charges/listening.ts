import type { AddressInfo } from 'node:net';

/** The port to listen on. */
export const port = Number(process.env['PORT'] ?? 3000);

/** Prints the address of the app. */
export function announce(address: AddressInfo | string | null): void {
  if (typeof address === 'object' && address !== null) {
    console.log(`listening on http://127.0.0.1:${address.port}`);
  }
}
