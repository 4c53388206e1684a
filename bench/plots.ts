import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { init } from 'echarts';
import type { SizeLine } from './cost-by-size.ts';
import type { LatencyLine } from './latency.ts';
import type { Side } from './with-servers.ts';

const size = { width: 760, height: 400 };
const text = { fontSize: 13, color: '#333' };

/** The names of the sides in the plots. */
export const sideNames: Readonly<Record<Side, string>> = {
  billonce: 'Billonce: keyed, durable',
  bare: 'bare Fastify: no keys, in memory',
  key_map: 'Fastify with keys in a map: in memory',
  one_by_one: 'Fastify, one synced SQLite transaction per request',
};

interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Draws the 99th percentile of the latency against the rate. */
export function drawLatency(lines: readonly LatencyLine[], folder: string): void {
  const sides = [...new Set(lines.map(({ side }) => side))];
  const series = sides.map((side) => ({
    name: sideNames[side],
    points: lines
      .filter((line) => line.side === side)
      .map(({ ratePerSecond, p99Ms }) => [ratePerSecond, p99Ms] as const),
  }));
  draw(join(folder, 'latency.svg'), {
    title: 'Latency at fixed rates, 99 of 100 requests',
    x: { name: 'requests per second', type: 'value' },
    y: { name: 'ms' },
    series,
  });
}

/** Draws the cost of a write against the number of known keys. */
export function drawSizes(lines: readonly SizeLine[], folder: string): void {
  const of = (pick: (line: SizeLine) => number) => lines.map((line) => [line.keys, pick(line)] as const);
  draw(join(folder, 'cost-by-size.svg'), {
    title: 'Keyed singles against the number of known keys',
    x: { name: 'known keys', type: 'log' },
    y: { name: 'requests per second' },
    series: [
      { name: 'UUIDv7 keys', points: of((line) => line.timedPerSecond) },
      { name: 'random keys', points: of((line) => line.randomPerSecond) },
    ],
  });
}

interface Plot {
  readonly title: string;
  readonly x: { readonly name: string; readonly type: 'value' | 'log' };
  readonly y: { readonly name: string };
  readonly series: readonly Series[];
}

function draw(file: string, { title, x, y, series }: Plot): void {
  const chart = init(undefined, undefined, { renderer: 'svg', ssr: true, ...size });
  const nameStyle = { nameLocation: 'middle' as const, nameTextStyle: text, axisLabel: text };
  chart.setOption({
    animation: false,
    backgroundColor: '#fff',
    title: { text: title, left: 'center', textStyle: { ...text, fontSize: 15 } },
    // Without a page the widths of texts are estimates: a gap keeps them apart.
    legend: { bottom: 0, itemGap: 32, textStyle: { ...text, fontSize: 12 } },
    grid: { left: 80, right: 30, top: 50, bottom: 90 },
    xAxis: { ...x, ...nameStyle, nameGap: 30, min: x.type === 'log' ? 'dataMin' : 0 },
    yAxis: { ...y, ...nameStyle, type: 'value', min: 0, nameGap: 55 },
    series: series.map(({ name, points }) => ({
      name,
      type: 'line',
      symbol: 'circle',
      symbolSize: 7,
      data: points,
    })),
  });
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, asImage(chart.renderToSVGString(), title));
  chart.dispose();
  console.error(`drawn: ${file}`);
}

/** The drawing as an image for a page: with a title for readers who cannot see it, and without hover styles. */
function asImage(svg: string, title: string): string {
  return `${svg
    .replace(/<style[\s\S]*?<\/style>\n?/, '')
    .replace(/<svg ([^>]*)>/, `<svg role="img" $1>\n<title>${title}</title>`)
    .trimEnd()}\n`;
}
