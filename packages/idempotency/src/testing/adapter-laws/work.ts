import type { Operation } from '../../core/operation.ts';
import { Gate } from './gate.ts';

/** The work of an app's handlers: counted, and stopped at a gate if a law closes it. */
export class LawWork {
  /** the status that the way `status` answers with */
  status = 200;
  /** how many bytes the way `large` answers with */
  largeBytes = 200_000;
  /** whether the handlers stream their answers */
  streams = false;
  /** whether a stream breaks in the middle */
  breaksStreams = false;
  /** open until a law closes it; each handler passes it before it answers */
  readonly before = new Gate();
  /** open until a law closes it; each stream passes it after its first chunk */
  readonly middle = new Gate();
  /** the operations of the executions, in their order; `undefined` for one without protection */
  readonly operations: (Operation | undefined)[] = [];

  /** How often a handler has run. */
  get executions(): number {
    return this.operations.length;
  }

  /** Counts an execution. Every handler calls it first; returns a number, from 1 on, which the answer must contain. */
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

  /** Every possible byte, more than once, and not valid UTF-8. */
  bytes(id: number): Uint8Array {
    return Uint8Array.from({ length: 2000 }, (_, at) => (at === 0 ? id : at * 7) % 256);
  }

  large(id: number): string {
    return `${id}:`.padEnd(this.largeBytes, 'abcdefghijklmnop');
  }

  /** The chunks of a streamed answer: three, which do not end at the end of a character. */
  async *chunks(id: number): AsyncGenerator<Uint8Array, void, undefined> {
    const whole = this.streamed(id);
    yield whole.subarray(0, 19);
    await this.middle.pass();
    if (this.breaksStreams) throw new Error('the stream broke');
    yield whole.subarray(19, 1000);
    yield whole.subarray(1000);
  }

  /** All chunks joined. */
  streamed(id: number): Uint8Array {
    return Buffer.from(`stream ${id}: ${'zażółć 🙂 '.repeat(200)}`);
  }
}
