declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** A server that speaks as DynamoDB does, with its tables in memory. */
  // biome-ignore lint/style/noDefaultExport: that is what the package has.
  export default function dynalite(options: { createTableMs: number; maxItemSizeKb: number }): Server;
}
