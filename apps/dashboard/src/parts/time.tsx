import { localTime } from '../core/time.ts';

/** A moment in the time zone of the browser. */
export function Time({ at }: { readonly at: string | number | null }) {
  if (at === null) return <span class="muted">never</span>;
  return (
    <time class="nowrap" dateTime={new Date(at).toISOString()} title={String(at)}>
      {localTime(at)}
    </time>
  );
}
