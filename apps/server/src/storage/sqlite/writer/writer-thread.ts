// The thread of the one writer: the event loop that serves HTTP never waits for a disk.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type FaultFacts, factsOf } from '../../../fault-facts.ts';
import { type Batch, itemsOf, StorageExecutor } from '../../../ledger/batch-executor.ts';
import { executeTogether, togetherCount } from '../../../ledger/gathering-executor.ts';
import { StorageFault } from '../../../ledger/storage-port.ts';
import { SqliteStorage } from '../write/storage.ts';
import { flatOutcome, submissionOf } from './flat-messages.ts';
import type { WriterCall, WriterData, WriterReply } from './writer-messages.ts';

if (parentPort === null) throw new Error('this file is the main file of a worker thread');
const port = parentPort;
const data: WriterData = workerData;

/** A call as it waits here: a batch with its submissions as they are. */
type WaitingCall =
  | Exclude<WriterCall, { kind: 'execute' }>
  | { readonly kind: 'execute'; readonly call: number; readonly batch: Batch };
type ExecuteCall = WaitingCall & { readonly kind: 'execute' };

/** How often an idle writer checks whether its file is still in its place; each batch checks it, too. */
const lookEveryMs = 1_000;
let isLossReported = false;

const reply = (message: WriterReply) => port.postMessage(message);

function open(): SqliteStorage | undefined {
  try {
    return new SqliteStorage(data.sqlite);
  } catch (error) {
    reply({ kind: 'open_failed', facts: openFacts(error) });
    return undefined;
  }
}

/** The sentence that says which file it is, with what the fault below it names. */
function openFacts(error: unknown): FaultFacts {
  if (!(error instanceof Error)) return factsOf(error);
  return { ...factsOf(error.cause ?? error), message: error.message };
}

function serve(storage: SqliteStorage): void {
  const executor = new StorageExecutor(storage, data.executor);
  // One after the other: the writer's transactions never interleave.
  let last: Promise<void> = Promise.resolve();
  const waiting: WaitingCall[] = [];
  port.on('message', (call: WriterCall) => {
    waiting.push(received(call));
    last = last.then(async () => {
      while (waiting.length > 0) {
        receiveAll(waiting);
        await answer(waiting.splice(0, togetherCount(waiting.map(weightOfCall))), storage, executor);
      }
    });
  });
  setInterval(() => {
    storage.look();
    reportLoss(storage);
  }, lookEveryMs).unref();
  reply({ kind: 'opened' });
}

function reportLoss({ lost }: SqliteStorage): void {
  if (lost === undefined || isLossReported) return;
  isLossReported = true;
  reply({ kind: 'lost', reason: lost });
}

/** The calls that arrived during the last commit; the ledger bounds their number. */
function receiveAll(waiting: WaitingCall[]): void {
  for (;;) {
    const next: { message: WriterCall } | undefined = receiveMessageOnPort(port);
    if (next === undefined) return;
    waiting.push(received(next.message));
  }
}

function received(call: WriterCall): WaitingCall {
  if (call.kind !== 'execute') return call;
  const { kind, submissions, nowMs } = call;
  return { kind, call: call.call, batch: { submissions: submissions.map(submissionOf), nowMs } };
}

function weightOfCall(call: WaitingCall): number {
  return call.kind === 'execute' ? itemsOf(call.batch) : 1;
}

/** Answers calls in their order; batches that follow on one another are committed as one. */
async function answer(
  calls: readonly WaitingCall[],
  storage: SqliteStorage,
  executor: StorageExecutor,
): Promise<void> {
  let together: ExecuteCall[] = [];
  for (const call of calls) {
    if (call.kind === 'execute') {
      together.push(call);
      continue;
    }
    await execute(together, executor);
    together = [];
    if (call.kind === 'sweep') sweep(call, storage);
    else if (call.kind === 'probe') probe(call, storage);
    else if (call.kind === 'take_budget') takeBudget(call, storage);
    else close(storage);
  }
  await execute(together, executor);
  reportLoss(storage);
}

async function execute(calls: readonly ExecuteCall[], executor: StorageExecutor): Promise<void> {
  if (calls.length === 0) return;
  const commit = { items: 0, commitMs: 0 };
  const outcomes = await executeTogether(
    calls.map(({ batch }) => batch),
    executor,
    (items, commitMs) => Object.assign(commit, { items, commitMs }),
  );
  const executed = calls.map(({ call }, index) => ({
    call,
    outcomes: (outcomes[index] ?? []).map(flatOutcome),
  }));
  reply({ kind: 'executed', executed, ...commit });
}

function close(storage: SqliteStorage): void {
  storage.close();
  port.close();
}

/** Runs a call that is not a batch, and replies with its result. */
function attempt(call: number, work: () => WriterReply): void {
  try {
    reply(work());
  } catch (error) {
    const fault = error instanceof StorageFault ? error.kind : 'rejected';
    reply({ kind: 'failed', call, fault, facts: factsOf(error) });
  }
}

function sweep(
  { call, nowMs, limits }: WriterCall & { readonly kind: 'sweep' },
  storage: SqliteStorage,
): void {
  attempt(call, () => ({ kind: 'swept', call, report: storage.sweep(nowMs, limits) }));
}

function probe({ call }: WriterCall & { readonly kind: 'probe' }, storage: SqliteStorage): void {
  attempt(call, () => ({ kind: 'probed', call, durability: storage.probe() }));
}

function takeBudget(
  { call, part }: WriterCall & { readonly kind: 'take_budget' },
  storage: SqliteStorage,
): void {
  attempt(call, () => ({ kind: 'budget_taken', call, taken: storage.takeBudget(part) }));
}

const storage = open();
if (storage !== undefined) serve(storage);
