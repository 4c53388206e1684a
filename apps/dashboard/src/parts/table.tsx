import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import type { Pages } from '../api/use-pages.ts';
import { counted } from '../core/amount.ts';
import { FailureNote, Loading } from './states.tsx';

/** A column of a table. */
export interface Column<T> {
  readonly name: string;
  readonly cell: (item: T) => ComponentChildren;
  /** numbers are right-aligned, so that their digits are below each other */
  readonly isNumber?: boolean;
  /** left out where the page is narrow */
  readonly isExtra?: boolean;
  /** buttons for the row: they stay in view when the table is scrolled to the side */
  readonly isAct?: boolean;
}

export interface Rows<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly keyOf: (item: T) => string;
}

const rowHeight = 44;
const overscan = 12;
/** How many rows before the end the next page is read. */
const readAhead = 40;

function Head<T>({ columns }: { readonly columns: readonly Column<T>[] }) {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th key={column.name} scope="col" class={classOf(column)}>
            {column.name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Cells<T>({ columns, item }: { readonly columns: readonly Column<T>[]; readonly item: T }) {
  return (
    <>
      {columns.map((column) => (
        <td key={column.name} class={classOf(column)}>
          {column.cell(item)}
        </td>
      ))}
    </>
  );
}

function classOf<T>({ isNumber = false, isExtra = false, isAct = false }: Column<T>): string {
  return [isNumber ? 'number' : '', isExtra ? 'extra' : '', isAct ? 'act' : ''].join(' ').trim();
}

/** A short table: all its rows are on the page. */
export function Table<T>({ caption, columns, keyOf, items }: Rows<T> & { readonly items: readonly T[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="table-frame" tabIndex={0} aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <Head columns={columns} />
        <tbody>
          {items.map((item) => (
            <tr key={keyOf(item)}>
              <Cells columns={columns} item={item} />
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A list of any length: only the rows in view are on the page, and the next ones are read as it is scrolled. */
export function PagedTable<T>({
  pages,
  what,
  empty,
  ...rows
}: Rows<T> & { readonly pages: Pages<T>; readonly what: string; readonly empty: VNode }) {
  const { items, hasMore, isReading, failure, reload, readMore } = pages;
  if (items.length === 0) {
    if (failure !== undefined) return <FailureNote failure={failure} again={reload} isAutomatic />;
    return isReading ? <Loading what={what} /> : empty;
  }
  return (
    <>
      <VirtualTable
        {...rows}
        items={items}
        onNearEnd={failure === undefined ? readMore : stay}
        isComplete={!hasMore}
      />
      {failure !== undefined && <FailureNote failure={failure} again={readMore} isAutomatic />}
      <p class="table-foot small muted" aria-live="polite">
        {hasMore
          ? `${counted(items.length, 'row')} so far; scroll for more`
          : `${counted(items.length, 'row')}, all of them`}
      </p>
    </>
  );
}

/** After a failure the next page is read when a person asks for it. */
const stay = () => undefined;

function VirtualTable<T>({
  caption,
  columns,
  keyOf,
  items,
  onNearEnd,
  isComplete,
}: Rows<T> & {
  readonly items: readonly T[];
  readonly onNearEnd: () => void;
  readonly isComplete: boolean;
}) {
  const frame = useRef<HTMLElement>(null);
  const { rows, before, after } = useVirtualRows(frame, items.length);
  const last = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (!isComplete && last >= items.length - readAhead) onNearEnd();
  }, [last, items.length, isComplete, onNearEnd]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="table-frame tall" ref={frame} tabIndex={0} aria-label={caption}>
      <table aria-rowcount={isComplete ? items.length + 1 : -1}>
        <caption class="hidden">{caption}</caption>
        <Head columns={columns} />
        <tbody>
          <Spacer height={before} columns={columns.length} />
          {rows.map(({ index }) => {
            const item = items[index];
            return item === undefined ? null : (
              <tr key={keyOf(item)} aria-rowindex={index + 2}>
                <Cells columns={columns} item={item} />
              </tr>
            );
          })}
          <Spacer height={after} columns={columns.length} />
        </tbody>
      </table>
    </section>
  );
}

/** Stands for the rows that are not on the page. */
function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  if (height <= 0) return null;
  return (
    <tr class="spacer">
      <td colSpan={columns} style={{ height: `${height}px` }} />
    </tr>
  );
}

function useVirtualRows(frame: { readonly current: HTMLElement | null }, count: number) {
  const [, redraw] = useReducer((turn: number) => turn + 1, 0);
  const options = {
    count,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => virtualizer._willUpdate());
  const rows = virtualizer.getVirtualItems();
  return {
    rows,
    before: rows[0]?.start ?? 0,
    after: virtualizer.getTotalSize() - (rows.at(-1)?.end ?? 0),
  };
}
