import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type Failure, failureOf } from './failure.ts';
import type { Operation } from './operations.ts';
import { useSession } from './session.ts';
import type { BodyOf, Parts } from './types.ts';

/** A list that is read page by page, as far as it was scrolled. */
export interface Pages<T> {
  readonly items: readonly T[];
  readonly hasMore: boolean;
  readonly isReading: boolean;
  readonly failure: Failure | undefined;
  readonly readMore: () => void;
  /** reads the list from its beginning */
  readonly reload: () => void;
}

interface PageEnd {
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
}

interface State<T> {
  readonly items: readonly T[];
  readonly cursor: string | undefined;
  readonly hasMore: boolean;
}

/** How long after a failure without an answer the list tries again. */
const againAfterMs = 5_000;

const start = { items: [], cursor: undefined, hasMore: true } as const;

/**
 * Reads a list page by page.
 *
 * @param itemsOf takes the items out of an answer
 */
export function usePages<N extends Operation, T>(
  name: N,
  parts: Parts<N> & { readonly query?: object },
  itemsOf: (body: BodyOf<N>) => readonly T[],
): Pages<T> {
  const { client } = useSession();
  const what = JSON.stringify(parts);
  const [state, setState] = useState<State<T>>(start);
  const [failure, setFailure] = useState<Failure>();
  const [isReading, setReading] = useState(true);
  const [turn, setTurn] = useState(0);
  const read = useRef<AbortController | undefined>(undefined);
  const wanted = useRef({ parts, itemsOf });
  wanted.current = { parts, itemsOf };

  const readFrom = useCallback(
    async (before: State<T>) => {
      read.current?.abort();
      const controller = new AbortController();
      read.current = controller;
      setReading(true);
      setFailure(undefined);
      try {
        const page = await nextPage(before, controller.signal);
        if (!controller.signal.aborted) setState(page);
      } catch (error) {
        if (!controller.signal.aborted) setFailure(failureOf(error));
      }
      if (!controller.signal.aborted) setReading(false);

      /** The next page that has items: a page may be short, or empty, before the last one. */
      async function nextPage(from: State<T>, signal: AbortSignal): Promise<State<T>> {
        const { query, ...others } = wanted.current.parts;
        const body = await client.call(
          name,
          // The cursor is a member of the query of every list.
          { ...others, query: { ...query, cursor: from.cursor } } as Parts<N>,
          signal,
        );
        const items = [...from.items, ...wanted.current.itemsOf(body)];
        const end = pageEndOf(body);
        const page = { items, cursor: end.nextCursor ?? undefined, hasMore: end.hasMore };
        return items.length === from.items.length && end.hasMore ? await nextPage(page, signal) : page;
      }
    },
    [client, name],
  );

  useEffect(() => {
    setState(start);
    readFrom(start).catch(() => undefined);
    return () => read.current?.abort();
  }, [readFrom, what, turn]);

  const goOn = useRef(() => {});
  goOn.current = () => {
    readFrom(state).catch(() => undefined);
  };
  useEffect(() => {
    if (failure?.kind !== 'offline') return;
    const timer = setTimeout(() => goOn.current(), againAfterMs);
    return () => clearTimeout(timer);
  }, [failure]);

  return {
    ...state,
    isReading,
    failure,
    readMore: () => {
      if (!isReading && state.hasMore) readFrom(state).catch(() => undefined);
    },
    reload: () => setTurn((count) => count + 1),
  };
}

function pageEndOf(body: unknown): PageEnd {
  const member = (name: string): unknown =>
    typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  const nextCursor = member('nextCursor');
  return {
    nextCursor: typeof nextCursor === 'string' ? nextCursor : null,
    hasMore: member('hasMore') === true,
  };
}
