import { useEffect, useRef } from 'preact/hooks';

/** Reads again what another part of the page has changed. */
export function useChanged(changes: number, reload: () => void): void {
  const seen = useRef(changes);
  const latest = useRef(reload);
  latest.current = reload;
  useEffect(() => {
    if (seen.current === changes) return;
    seen.current = changes;
    latest.current();
  }, [changes]);
}
