declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** A server with the protocol of DynamoDB. It keeps its tables in memory. */
  // biome-ignore lint/style/noDefaultExport: that is what the package has.
  export default function dynalite(options: { createTableMs: number; maxItemSizeKb: number }): Server;
}
