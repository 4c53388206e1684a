import type { Operation } from '../../core/operation.ts';
import { Gate } from './gate.ts';

/** What the handlers of an app do: counted, so that a law can say how often, and held up where a law wants it. */
export class LawWork {
  /** the status that the way `status` answers with */
  status = 200;
  /** how many bytes the way `large` answers with */
  largeBytes = 200_000;
  /** whether the handlers let their answers through while they are made */
  streams = false;
  /** whether a stream breaks in the middle */
  breaksStreams = false;
  /** stands open until a law closes it; each handler passes it before it answers */
  readonly before = new Gate();
  /** stands open until a law closes it; each stream passes it after its first chunk */
  readonly middle = new Gate();
  /** the operations of the executions, in their order; `undefined` for one without protection */
  readonly operations: (Operation | undefined)[] = [];

  /** How often a handler was run. */
  get executions(): number {
    return this.operations.length;
  }

  /** Counts an execution. Every handler calls it first; gives a number from 1 on, which the answer must carry. */
  async execute(operation: Operation | undefined): Promise<number> {
    const id = this.operations.push(operation);
    if (this.streams) operation?.stream();
    await this.before.pass();
    return id;
  }

  json(id: number): { readonly id: number; readonly note: string; readonly amount: string } {
    return { id, note: 'Łódź, 東京 🙂 "quoted"', amount: '12.50' };
  }

  text(id: number): string {
    return `execution ${id}: grüße 🙂\nsecond line`;
  }

  /** Every value that a byte can have, more than once, and no UTF-8. */
  bytes(id: number): Uint8Array {
    return Uint8Array.from({ length: 2000 }, (_, at) => (at === 0 ? id : at * 7) % 256);
  }

  large(id: number): string {
    return `${id}:`.padEnd(this.largeBytes, 'abcdefghijklmnop');
  }

  /** The chunks of a streamed answer: three, that do not end where a character ends. */
  async *chunks(id: number): AsyncGenerator<Uint8Array, void, undefined> {
    const whole = this.streamed(id);
    yield whole.subarray(0, 19);
    await this.middle.pass();
    if (this.breaksStreams) throw new Error('the stream broke');
    yield whole.subarray(19, 1000);
    yield whole.subarray(1000);
  }

  /** What the chunks come to. */
  streamed(id: number): Uint8Array {
    return Buffer.from(`stream ${id}: ${'zażółć 🙂 '.repeat(200)}`);
  }
}
