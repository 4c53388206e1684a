// A thread that reads the file. It loads nothing of the other engine.
import { workerData } from 'node:worker_threads';
import { serveReads, unless } from '../serve-reads.ts';
import { FileSnapshots } from './snapshots.ts';
import { SqliteBooks } from './sqlite-books.ts';
import type { SqliteOptions } from './sqlite-storage.ts';

const { file, cap }: SqliteOptions = workerData;
const snapshots = new FileSnapshots(file);

serveReads(
  (signal) =>
    new SqliteBooks(
      {
        read: (work) => unless(signal, () => snapshots.read(work)),
        close: () => snapshots.close(),
      },
      cap,
    ),
);
