import { Readable } from 'node:stream';
import type { OperationName } from '@billonce/contract';
import type { Call, Reply } from './router.ts';

/** A file that is streamed. */
export interface ExportFile {
  /** a token: letters and a dot, which need no quotes */
  readonly name: string;
  readonly mediaType: string;
  /** its text, piece by piece; each is made only when the client has room for it */
  readonly text: AsyncIterable<string>;
}

/** Waits for the first part, so that what cannot be read at all is refused, and not begun and broken off. */
export async function begun<T>(parts: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await parts.next();
  return (async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* parts;
  })();
}

/**
 * Answers with a file. A client that goes away ends the export; so does one that does not read it.
 * A fault half-way breaks the connection, so that nobody takes a part for the whole.
 */
export function exportReply<N extends OperationName>(
  { request }: Call<N>,
  { name, mediaType, text }: ExportFile,
): Reply {
  const headers = [
    ['content-type', mediaType],
    ['content-disposition', `attachment; filename=${name}`],
    ['cache-control', 'no-store'],
  ] as const;
  if (request.method === 'HEAD') return { status: 200, headers };
  return { status: 200, headers, body: Readable.from(text) };
}
