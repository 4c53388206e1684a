// Runs the small API in a process that can be killed: charging-process.ts PORT FILE FAULT
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { emptyBooks, type Kept, type Step, startCharging } from './charging-server.ts';

const [port = '0', file = '', fault = ''] = process.argv.slice(2);
const books = emptyBooks();

interface Line {
  readonly step: Step['kind'];
  readonly slot: string;
  readonly fingerprint: string;
  readonly answer?: Kept;
}

/**
 * Reads the state of each key from the file. A key that was begun and not kept is free again, unless the fault says
 * otherwise.
 */
function load(): void {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
  for (const text of lines) {
    const line: Line = JSON.parse(text);
    if (line.step === 'executed') books.executions.push(line.slot);
    const isStuck = line.step === 'begun' && fault === 'stuck-after-kill';
    if (line.step !== 'kept' && !isStuck) continue;
    books.entries.set(line.slot, {
      fingerprint: line.fingerprint,
      ended: isStuck ? new Promise(() => undefined) : undefined,
      kept: line.answer,
      keptAtMs: 0,
      replays: 0,
      waiters: 1,
    });
  }
}

function append(...lines: readonly Line[]): void {
  appendFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

async function onStep({ kind, slot, fingerprint, answer }: Step): Promise<void> {
  if (answer === undefined) {
    if (fault === 'stuck-after-kill') append({ step: kind, slot, fingerprint });
    return;
  }
  const executed: Line = { step: 'executed', slot, fingerprint };
  const kept: Line = { step: 'kept', slot, fingerprint, answer };
  if (fault === 'effect-before-record') {
    append(kind === 'executed' ? executed : kept);
    // A crash during this pause leaves an effect without a record.
    if (kind === 'executed') await sleep(60);
    return;
  }
  // Both are written together: a crash leaves both or none.
  if (kind === 'executed') append(executed, ...(fault === 'memory-only' ? [] : [kept]));
}

load();
await startCharging({
  port: Number(port),
  books,
  onStep,
  executionMs: fault === 'stuck-after-kill' ? 40 : 4,
  refusesInFlight: fault === 'stuck-after-kill',
});
