// Prints a trace in the form of the Azure LLM inference traces, always the same:
//   node tools/bootstrap.mjs examples/generate-trace.ts > examples/llm-trace.csv

const rowsDefault = 2_000;
const seedDefault = 20_260_501;
const startMs = Date.UTC(2026, 4, 1, 12);
const gapMsMax = 3_600;

/** Uniform random integers from 0 to below a bound: a seed gives the same ones on every machine (mulberry32). */
function randomIntegers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** A CSV file with time, input tokens and output tokens. Most requests are small, a few are large, and some are cancelled. */
export function llmTrace(rows: number = rowsDefault, seed: number = seedDefault): string {
  const random = randomIntegers(seed);
  /** A size: each power of two is equally likely, as with the lengths of texts. */
  const tokens = (octaveMin: number, octaves: number) => {
    const floor = 2 ** (octaveMin + random(octaves));
    return floor + random(floor);
  };
  const lines = ['TIMESTAMP,ContextTokens,GeneratedTokens'];
  let ms = startMs;
  for (let row = 0; row < rows; row += 1) {
    ms += random(gapMsMax);
    const tenThousandths = String(random(10_000)).padStart(4, '0');
    const time = new Date(ms).toISOString().replace('T', ' ').replace('Z', tenThousandths);
    const isCancelled = random(100) === 0;
    lines.push(`${time},${tokens(5, 8)},${isCancelled ? 0 : tokens(2, 8)}`);
  }
  return `${lines.join('\n')}\n`;
}

if (import.meta.main) process.stdout.write(llmTrace());
