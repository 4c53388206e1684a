import { availableParallelism, totalmem } from 'node:os';
import type { Reader } from './environment.ts';
import { bodyBytesPerThreadMin, httpThreadsMax } from './variables/limits.ts';
import { variables } from './variables/variables.ts';

type Engine = 'sqlite' | 'postgres';

const bodyBytesDefault = variables.MAX_BODY_BYTES_IN_FLIGHT.default;
/** What each thread may need: about 100 MB when it is idle, 180 MB under load (docs/adr/0170). */
const memoryBytesEach = 256 * 1024 ** 2;

/** What a process may use of its machine, or of its container. */
interface Machine {
  readonly processors: number;
  readonly memoryBytes: number;
}

/** The threads, and the room for request bodies that they divide. */
export function readHttpThreads(
  read: Reader,
  kind: Engine,
  mistakes: string[],
): { readonly httpThreads: number; readonly bodyBytesInFlightMax: number } {
  const chosenBytes = read.integer('MAX_BODY_BYTES_IN_FLIGHT', 0);
  const haveRoom = chosenBytes === 0 ? httpThreadsMax : Math.floor(chosenBytes / bodyBytesPerThreadMin);
  const threadsDefault = canShareAPort(kind) ? Math.min(haveRoom, httpThreadsOf(thisMachine())) : 1;
  const threads = read.integer('HTTP_THREADS', threadsDefault);
  if (threads > 1 && kind === 'postgres')
    mistakes.push(
      `HTTP_THREADS is ${threads}: on PostgreSQL it must be 1; start more instances to use more processors`,
    );
  else if (threads > 1 && !canShareAPort(kind))
    mistakes.push(
      `HTTP_THREADS is ${threads}: on this system it must be 1; threads can share a port on Linux`,
    );
  if (threads > haveRoom)
    mistakes.push(
      `MAX_BODY_BYTES_IN_FLIGHT is ${chosenBytes}: each of ${threads} HTTP_THREADS needs ${bodyBytesPerThreadMin}`,
    );
  const bodyBytesInFlightMax = chosenBytes || Math.max(bodyBytesDefault, threads * bodyBytesPerThreadMin);
  return { httpThreads: threads, bodyBytesInFlightMax };
}

/** How many threads a machine has by default: one processor is the writer's, and it has memory for each. */
export function httpThreadsOf({ processors, memoryBytes }: Machine): number {
  return Math.max(1, Math.min(processors - 1, httpThreadsMax, Math.floor(memoryBytes / memoryBytesEach)));
}

function thisMachine(): Machine {
  // Without a limit it is 0 or more than there is.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { processors: availableParallelism(), memoryBytes: Math.min(totalmem(), limit) };
}

function canShareAPort(kind: Engine): boolean {
  return kind === 'sqlite' && process.platform === 'linux';
}
