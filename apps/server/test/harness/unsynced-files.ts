// Loaded before a program (`node --import`) to plant a fault: no file that it writes is synced.
import { open } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const handle = await open(fileURLToPath(import.meta.url));
const prototype = Object.getPrototypeOf(handle);
await handle.close();
const nothing = async () => undefined;
Object.assign(prototype, { sync: nothing, datasync: nothing });
