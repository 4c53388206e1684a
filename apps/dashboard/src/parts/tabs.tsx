import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { showInRow } from './show-in-row.ts';

/** One of the views that share a place on the page. */
export interface TabView {
  readonly name: string;
  readonly view: () => ComponentChildren;
}

/** Views of which one is shown, and read. The arrow keys go from one to the next, as screen readers expect. */
export function Tabs({ label, views }: { readonly label: string; readonly views: readonly TabView[] }) {
  const [chosen, setChosen] = useState(0);
  const id = useId();
  const buttons = useRef<(HTMLButtonElement | null)[]>([]);
  useEffect(() => showInRow(buttons.current[0]?.parentElement ?? null, buttons.current[chosen]), [chosen]);
  const go = (to: number) => {
    setChosen(to);
    buttons.current[to]?.focus();
  };
  const onKeyDown = ({ key }: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (step !== undefined) go((chosen + step + views.length) % views.length);
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label}>
        {views.map(({ name }, index) => (
          <button
            key={name}
            ref={(button) => {
              buttons.current[index] = button;
            }}
            type="button"
            role="tab"
            id={`${id}-tab-${index}`}
            aria-selected={index === chosen}
            aria-controls={`${id}-view`}
            tabIndex={index === chosen ? 0 : -1}
            onClick={() => setChosen(index)}
            onKeyDown={onKeyDown}
          >
            {name}
          </button>
        ))}
      </div>
      <div id={`${id}-view`} role="tabpanel" aria-labelledby={`${id}-tab-${chosen}`} key={chosen}>
        {views[chosen]?.view()}
      </div>
    </>
  );
}
