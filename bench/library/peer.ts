import { Idempotency } from '@node-idempotency/core';
import { MemoryStorageAdapter } from '@node-idempotency/storage-adapter-memory';

/** A request in the form that `@node-idempotency/core` expects. */
export interface PeerRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, unknown>;
  readonly body: Record<string, unknown>;
}

/** `@node-idempotency/core` on its memory storage, used as its documentation shows. */
export function nodeIdempotency(): {
  begin(request: PeerRequest): Promise<{ readonly body: unknown; readonly status: number } | undefined>;
  end(request: PeerRequest, body: Record<string, unknown>, status: number): Promise<void>;
} {
  const idempotency = new Idempotency(new MemoryStorageAdapter(), {});
  return {
    begin: async (request) => {
      const found = await idempotency.onRequest<Record<string, unknown>, unknown>(request);
      return found === undefined
        ? undefined
        : { body: found.body, status: Number(found.additional?.['status']) };
    },
    end: (request, body, status) => idempotency.onResponse(request, { body, additional: { status } }),
  };
}
