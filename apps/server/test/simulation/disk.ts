import { StorageFault } from '../../src/ledger/storage-port.ts';

/** A disk that may be full. */
export class Disk {
  isFull = false;

  /** @throws {StorageFault} if nothing can be written */
  write(): void {
    if (this.isFull) throw new StorageFault('unavailable', 'the disk is full');
  }
}
