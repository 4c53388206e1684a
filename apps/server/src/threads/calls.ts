import type { Transferable } from 'node:worker_threads';
import { type FaultFacts, factsOf } from '../fault-facts.ts';
import { StorageFault } from '../ledger/storage-port.ts';
import { ReadAborted, ReadRefused } from '../reads/read-places.ts';

/** What a thread can be asked: functions of one argument and the signal with which the asker gives up. */
export type Askable = { readonly [name: string]: (argument: never, signal: AbortSignal) => unknown };

/** Either end of what connects two threads. */
interface ThreadPort {
  on(event: 'message', listener: (message: Message) => void): unknown;
  postMessage(message: Message, transferred?: readonly Transferable[]): void;
}

type Message =
  | { readonly kind: 'ask'; readonly call: number; readonly name: string; readonly argument: unknown }
  | { readonly kind: 'tell'; readonly name: string; readonly argument: unknown }
  | { readonly kind: 'abort'; readonly call: number }
  | { readonly kind: 'answer'; readonly call: number; readonly result: unknown }
  | { readonly kind: 'fault'; readonly call: number; readonly fault: Fault };

/** An error as it crosses to another thread. */
interface Fault {
  readonly kind: 'read_refused' | 'read_aborted' | StorageFault['kind'] | 'other';
  readonly facts: FaultFacts;
  /** of an error of the system */
  readonly syscall: unknown;
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Calls between two threads, in both directions.
 *
 * `Theirs` is what the other thread can be asked.
 */
export class Calls<Theirs extends Askable> {
  readonly #port: ThreadPort;
  readonly #answers: ReadonlyMap<string, (argument: unknown, signal: AbortSignal) => unknown>;
  readonly #pending = new Map<number, Pending>();
  readonly #running = new Map<number, AbortController>();
  #lastCall = 0;
  #endedBy: Error | undefined;

  /** @param answers what this thread can be asked */
  constructor(port: ThreadPort, answers: Askable) {
    this.#port = port;
    this.#answers = new Map(Object.entries(answers).map(([name, answer]) => [name, answering(answer)]));
    port.on('message', (message) => this.#receive(message));
  }

  /** Asks the other thread; rejects with its error, or when it has ended. */
  async ask<N extends keyof Theirs & string>(
    name: N,
    argument: Parameters<Theirs[N]>[0],
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<Theirs[N]>>> {
    if (signal?.aborted === true) throw new ReadAborted();
    if (this.#endedBy !== undefined) throw this.#endedBy;
    this.#lastCall += 1;
    const call = this.#lastCall;
    const abort = () => this.#post({ kind: 'abort', call });
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const result = await new Promise((resolve, reject) => {
        this.#pending.set(call, { resolve, reject });
        this.#post({ kind: 'ask', call, name, argument });
      });
      return result as Awaited<ReturnType<Theirs[N]>>;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Tells the other thread something that has no answer. */
  tell<N extends keyof Theirs & string>(
    name: N,
    argument: Parameters<Theirs[N]>[0],
    transferred: readonly Transferable[] = [],
  ): void {
    this.#port.postMessage({ kind: 'tell', name, argument }, transferred);
  }

  /** The other thread has ended: nothing that it was asked will be answered. */
  end(error: Error): void {
    this.#endedBy ??= error;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(error);
    for (const controller of this.#running.values()) controller.abort();
  }

  #post(message: Message): void {
    this.#port.postMessage(message);
  }

  #receive(message: Message): void {
    switch (message.kind) {
      case 'ask':
        this.#answer(message.call, message.name, message.argument).catch(failThread);
        return;
      case 'tell':
        this.#answerOf(message.name)(message.argument, new AbortController().signal);
        return;
      case 'abort':
        this.#running.get(message.call)?.abort();
        return;
      case 'answer':
        this.#taken(message.call)?.resolve(message.result);
        return;
      case 'fault':
        this.#taken(message.call)?.reject(errorOf(message.fault));
        return;
    }
  }

  async #answer(call: number, name: string, argument: unknown): Promise<void> {
    const controller = new AbortController();
    this.#running.set(call, controller);
    try {
      const result = await this.#answerOf(name)(argument, controller.signal);
      this.#post({ kind: 'answer', call, result });
    } catch (error) {
      this.#post({ kind: 'fault', call, fault: faultOf(error) });
    } finally {
      this.#running.delete(call);
    }
  }

  #answerOf(name: string) {
    const answer = this.#answers.get(name);
    if (answer === undefined) throw new Error(`this thread cannot be asked ${name}`);
    return answer;
  }

  #taken(call: number): Pending | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    return pending;
  }
}

/** The other thread sends what the types of `ask` and `tell` allow. */
function answering(answer: Askable[string]): (argument: unknown, signal: AbortSignal) => unknown {
  return (argument, signal) => answer(argument as never, signal);
}

function faultOf(error: unknown): Fault {
  const facts = factsOf(error);
  const syscall: unknown = error instanceof Error ? Reflect.get(error, 'syscall') : undefined;
  if (error instanceof ReadRefused) return { kind: 'read_refused', facts, syscall };
  if (error instanceof ReadAborted) return { kind: 'read_aborted', facts, syscall };
  if (error instanceof StorageFault) return { kind: error.kind, facts, syscall };
  return { kind: 'other', facts, syscall };
}

function errorOf({ kind, facts, syscall }: Fault): Error {
  switch (kind) {
    case 'read_refused':
      return new ReadRefused();
    case 'read_aborted':
      return new ReadAborted();
    case 'unavailable':
    case 'outcome_unknown':
    case 'rejected':
      return new StorageFault(kind, facts);
    case 'other':
      return Object.assign(new Error(facts.message), { code: facts.code, syscall });
  }
}

/** An answer that cannot be sent is a defect: the thread ends with it. */
function failThread(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
