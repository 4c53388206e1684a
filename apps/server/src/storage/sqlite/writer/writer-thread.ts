// The thread of the one writer: the event loop that serves HTTP never waits for a disk.
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type FaultFacts, factsOf } from '../../../fault-facts.ts';
import { type Batch, itemsOf, StorageExecutor } from '../../../ledger/batch-executor.ts';
import { executeTogether } from '../../../ledger/gathering-executor.ts';
import { StorageFault } from '../../../ledger/storage-port.ts';
import { SqliteStorage } from '../write/storage.ts';
import { CallTurns } from './call-turns.ts';
import { flatOutcome, submissionOf } from './flat-messages.ts';
import type { Executed, WriterCall, WriterData, WriterReply } from './writer-messages.ts';

if (parentPort === null) throw new Error('this file is the main file of a worker thread');
/** The line that this thread was started with. */
const firstPort = parentPort;
const data: WriterData = workerData;

/** A call that waits here, with the line for its reply; a batch with its submissions as they are. */
type WaitingCall = { readonly port: MessagePort } & (
  | Exclude<WriterCall, { kind: 'execute' | 'connect' }>
  | { readonly kind: 'execute'; readonly call: number; readonly batch: Batch }
);
type WaitingOf<K extends WaitingCall['kind']> = WaitingCall & { readonly kind: K };

/** A line to this writer. */
interface Line {
  readonly port: MessagePort;
  /** Receives a call: it waits, or is another line. */
  readonly receive: (call: WriterCall) => void;
}

/** How often an idle writer checks whether its file is still in its place; each batch checks it, too. */
const lookEveryMs = 1_000;
let isLossReported = false;

const reply = (message: WriterReply, port = firstPort) => port.postMessage(message);

function open(): SqliteStorage | undefined {
  try {
    return new SqliteStorage(data.sqlite);
  } catch (error) {
    reply({ kind: 'open_failed', facts: openFacts(error) });
    return undefined;
  }
}

/** An error that names the file, with the facts of its cause. */
function openFacts(error: unknown): FaultFacts {
  if (!(error instanceof Error)) return factsOf(error);
  return { ...factsOf(error.cause ?? error), message: error.message };
}

function serve(storage: SqliteStorage): void {
  const executor = new StorageExecutor(storage, data.executor);
  // One after the other: the writer's transactions never interleave.
  let last: Promise<void> = Promise.resolve();
  const turns = new CallTurns(weightOfCall);
  const lines: Line[] = [];
  const connect = (port: MessagePort) => {
    const wait = turns.addLine();
    const receive = (call: WriterCall) => {
      if (call.kind === 'connect') connect(call.port);
      else wait(received(call, port));
    };
    lines.push({ port, receive });
    port.on('message', (call: WriterCall) => {
      receive(call);
      last = last.then(async () => {
        while (!turns.isEmpty) {
          for (const line of lines) receiveAll(line);
          await answer(turns.take(), storage, executor);
        }
      });
    });
    reply({ kind: 'opened' }, port);
  };
  setInterval(() => {
    storage.look();
    reportLoss(storage);
  }, lookEveryMs).unref();
  connect(firstPort);
}

function reportLoss({ lost }: SqliteStorage): void {
  if (lost === undefined || isLossReported) return;
  isLossReported = true;
  reply({ kind: 'lost', reason: lost });
}

/** The calls that arrived during the last commit; the ledger bounds their number. */
function receiveAll({ port, receive }: Line): void {
  for (;;) {
    const next: { message: WriterCall } | undefined = receiveMessageOnPort(port);
    if (next === undefined) return;
    receive(next.message);
  }
}

function received(call: Exclude<WriterCall, { kind: 'connect' }>, port: MessagePort): WaitingCall {
  if (call.kind !== 'execute') return { ...call, port };
  const { kind, submissions, nowMs } = call;
  return { kind, call: call.call, batch: { submissions: submissions.map(submissionOf), nowMs }, port };
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
  let together: WaitingOf<'execute'>[] = [];
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
    else close(call, storage);
  }
  await execute(together, executor);
  reportLoss(storage);
}

async function execute(calls: readonly WaitingOf<'execute'>[], executor: StorageExecutor): Promise<void> {
  const commit = { items: 0, commitMs: 0 };
  const outcomes = await executeTogether(
    calls.map(({ batch }) => batch),
    executor,
    (items, commitMs) => Object.assign(commit, { items, commitMs }),
  );
  const executedOf = new Map<MessagePort, Executed[]>();
  for (const [index, { call, port }] of calls.entries()) {
    const executed = executedOf.get(port) ?? [];
    executed.push({ call, outcomes: (outcomes[index] ?? []).map(flatOutcome) });
    executedOf.set(port, executed);
  }
  for (const [port, executed] of executedOf) {
    reply({ kind: 'executed', executed, ...commit }, port);
    commit.items = 0;
  }
}

function close({ port }: WaitingOf<'close'>, storage: SqliteStorage): void {
  if (port === firstPort) storage.close();
  port.close();
}

/** Runs a call that is not a batch, and replies with its result. */
function attempt(
  { call, port }: WaitingOf<'sweep' | 'probe' | 'take_budget'>,
  work: () => WriterReply,
): void {
  try {
    reply(work(), port);
  } catch (error) {
    const fault = error instanceof StorageFault ? error.kind : 'rejected';
    reply({ kind: 'failed', call, fault, facts: factsOf(error) }, port);
  }
}

function sweep(waiting: WaitingOf<'sweep'>, storage: SqliteStorage): void {
  const { call, nowMs, limits } = waiting;
  attempt(waiting, () => ({ kind: 'swept', call, report: storage.sweep(nowMs, limits) }));
}

function probe(waiting: WaitingOf<'probe'>, storage: SqliteStorage): void {
  const { call } = waiting;
  attempt(waiting, () => ({ kind: 'probed', call, durability: storage.probe() }));
}

function takeBudget(waiting: WaitingOf<'take_budget'>, storage: SqliteStorage): void {
  const { call, part } = waiting;
  attempt(waiting, () => ({ kind: 'budget_taken', call, taken: storage.takeBudget(part) }));
}

const storage = open();
if (storage !== undefined) serve(storage);
