// The benchmark of the server: the disk, ratios against bare code that does the same without idempotency, peers, latency at fixed
// rates, and cost by size, each measured in one run. Arguments name the parts to measure; BENCH_ROUNDS and BENCH_SECONDS (of a
// measurement) change how long it takes, BENCH_KEYS the largest number of known keys, and BENCH_PLOTS the folder of the plots.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { measureSizes } from './cost-by-size.ts';
import { measureLatency } from './latency.ts';
import { measurePeers } from './peers.ts';
import { measureSync } from './physical.ts';
import { drawLatency, drawSizes, sideNames } from './plots.ts';
import { printRatios } from './ratios.ts';

const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const durationMs = Number(process.env['BENCH_SECONDS'] ?? 5) * 1_000;
const keysMax = Number(process.env['BENCH_KEYS'] ?? 1_000_000);
const keysMin = 10_000;
const plots = process.env['BENCH_PLOTS'] ?? join('node_modules', '.cache', 'billonce-bench');

const whole = (value: number) => Math.round(value).toLocaleString('en');

async function printPeers(): Promise<void> {
  const lines = await measurePeers(rounds, durationMs);
  const bare = lines.find(({ side }) => side === 'bare')?.newKeysPerSecond ?? 0;
  console.log(
    '\n| the same route | new keys/s | of bare | p99 ms | processor µs | replays/s |\n| --- | --- | --- | --- | --- | --- |',
  );
  for (const { side, newKeysPerSecond, p99Ms, newKeyUs, replaysPerSecond } of lines) {
    const cells = [
      sideNames[side],
      whole(newKeysPerSecond),
      (newKeysPerSecond / bare).toFixed(2),
      p99Ms.toFixed(1),
      newKeyUs.toFixed(0),
      side === 'bare' ? '-' : whole(replaysPerSecond),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

async function printLatency(): Promise<void> {
  const lines = await measureLatency(rounds, durationMs);
  const sides = [...new Set(lines.map(({ side }) => side))];
  console.log('\nMilliseconds from when a request was due: p50 / p99 / p99.9.');
  console.log(`\n| fixed rate | ${sides.map((side) => sideNames[side]).join(' | ')} |`);
  console.log(`| --- |${' --- |'.repeat(sides.length)}`);
  for (const share of new Set(lines.map((line) => line.share))) {
    const row = lines.filter((line) => line.share === share);
    const rate = `${whole(row[0]?.ratePerSecond ?? 0)}/s, ${(share * 100).toFixed(0)} % of the most that Billonce did`;
    const times = row.map(({ p50Ms, p99Ms, p999Ms }) =>
      [p50Ms, p99Ms, p999Ms].map((ms) => ms.toFixed(1)).join(' / '),
    );
    console.log(`| ${[rate, ...times].join(' | ')} |`);
  }
  drawLatency(lines, plots);
}

async function printSizes(): Promise<void> {
  const keys: number[] = [];
  for (let count = keysMin; count <= keysMax; count *= 10) keys.push(count);
  const lines = await measureSizes(keys, rounds, durationMs);
  const [fewest] = lines;
  console.log(
    '\n| known keys | file MB | start ms | memory MB | UUIDv7 keys/s | cost | random keys/s | cost |\n| --- | --- | --- | --- | --- | --- | --- | --- |',
  );
  for (const line of lines) {
    const { timedPerSecond, randomPerSecond } = line;
    const cells = [
      whole(line.keys),
      whole(line.megabytes),
      whole(line.startMs),
      whole(line.residentMegabytes),
      whole(timedPerSecond),
      `× ${((fewest?.timedPerSecond ?? 0) / timedPerSecond).toFixed(2)}`,
      whole(randomPerSecond),
      `× ${((fewest?.randomPerSecond ?? 0) / randomPerSecond).toFixed(2)}`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  drawSizes(lines, plots);
}

async function printSync(): Promise<void> {
  const { medianMs, perSecond } = measureSync(durationMs);
  console.log(
    `\nOne synced page after the other: ${whole(perSecond)} a second, ${medianMs.toFixed(2)} ms for each (median).`,
  );
}

const parts: Readonly<Record<string, () => Promise<void>>> = {
  sync: printSync,
  ratios: () => printRatios(rounds, durationMs),
  peers: printPeers,
  latency: printLatency,
  sizes: printSizes,
};
const named = process.argv.slice(2);
const unknown = named.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(
    `there is no part ${unknown.join(', ')}: name some of ${Object.keys(parts).join(', ')}, or none for all`,
  );
  process.exit(1);
}
console.log(
  `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}; medians of ${rounds} rounds, 64 connections`,
);
for (const [name, print] of Object.entries(parts)) {
  if (named.length > 0 && !named.includes(name)) continue;
  await print();
  console.log(`\n${name}: the load of the machine was ${loadavg()[0]?.toFixed(1)}`);
}
