import { useEffect, useRef, useState } from 'preact/hooks';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { grouped } from '../core/amount.ts';
import { localTime } from '../core/time.ts';
import { Table } from './table.tsx';

/** What was used in a span of time. */
export interface Bar {
  readonly fromMs: number;
  readonly value: number;
}

const height = 220;

/** Usage over time as bars. The same numbers are a table, for those who do not see the bars. */
export function BarChart({
  label,
  unit,
  bars,
}: {
  readonly label: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}) {
  const frame = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  useEffect(() => {
    const { current } = frame;
    if (current === null) return;
    const plot = new UPlot(optionsOf(current, unit), dataOf(bars), current);
    const resized = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height }));
    resized.observe(current);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [bars, unit, theme]);
  return (
    <>
      <div class="chart" ref={frame} role="img" aria-label={label} />
      <details class="small">
        <summary>The same as a table</summary>
        <Table
          caption={label}
          keyOf={({ fromMs }) => String(fromMs)}
          columns={[
            { name: 'From', cell: ({ fromMs }) => localTime(fromMs) },
            { name: unit, cell: ({ value }) => grouped(value), isNumber: true },
          ]}
          items={bars}
        />
      </details>
    </>
  );
}

/** Changes when the colours of the page do. */
function useTheme(): string {
  const [theme, setTheme] = useState('');
  useEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const read = () => setTheme(`${dark.matches} ${document.documentElement.dataset['theme']}`);
    const chosen = new MutationObserver(read);
    chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    dark.addEventListener('change', read);
    read();
    return () => {
      chosen.disconnect();
      dark.removeEventListener('change', read);
    };
  }, []);
  return theme;
}

function dataOf(bars: readonly Bar[]): UPlot.AlignedData {
  return [bars.map(({ fromMs }) => fromMs / 1_000), bars.map(({ value }) => value)];
}

function optionsOf(frame: HTMLElement, unit: string): UPlot.Options {
  const style = getComputedStyle(frame);
  const [ink, line, fill] = [style.color, style.borderTopColor, style.outlineColor];
  const axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 } };
  return {
    width: frame.clientWidth,
    height,
    cursor: { y: false, drag: { x: false, y: false } },
    legend: { live: true },
    scales: {
      // Half a bar more on each side.
      x: { range: (plot, min, max) => [min - stepOf(plot) / 2, max + stepOf(plot) / 2] },
      y: { range: (_plot, _min, max) => [0, max === 0 ? 1 : max * 1.08] },
    },
    axes: [
      { ...axis, grid: { show: false }, values: (_plot, moments) => moments.map(moment) },
      { ...axis, size: 64, values: (_plot, values) => values.map((value) => short(value)) },
    ],
    series: [
      { label: 'From', value: (_plot, value) => (value === null ? '–' : localTime(value * 1_000)) },
      {
        label: unit,
        fill,
        stroke: fill,
        width: 0,
        paths: UPlot.paths.bars?.({ size: [0.75, 64] }) ?? (() => null),
        points: { show: false },
        value: (_plot, value) => (value === null ? '–' : grouped(value)),
      },
    ],
  };
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** A number on an axis. */
function short(value: number): string {
  return compact.format(value);
}

const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** A moment on an axis: its time, or its day at midnight. */
function moment(seconds: number): string {
  const date = new Date(seconds * 1_000);
  const text = hour.format(date);
  return text === '00:00' ? day.format(date) : text;
}

/** The time between two bars, in seconds. */
function stepOf({ data: [moments] }: UPlot): number {
  const [first = 0, second = first] = moments;
  return second - first;
}
