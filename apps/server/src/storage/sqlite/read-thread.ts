// A thread that reads the file. It loads nothing of the other engine.
import { workerData } from 'node:worker_threads';
import { serveReads, unless } from '../serve-reads.ts';
import { sqliteBooks } from './read/books.ts';
import { FileSnapshots } from './read/reader.ts';
import type { SqliteOptions } from './write/storage.ts';

const { file, cap }: SqliteOptions = workerData;
const snapshots = new FileSnapshots(file);

serveReads((signal) =>
  sqliteBooks(
    {
      read: (work) => unless(signal, () => snapshots.read(work)),
      close: () => snapshots.close(),
    },
    cap,
  ),
);
