import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type FaultyDisk, PoweredDisk } from './powered-disk.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

/** More than the journal of the file system holds: afterwards all of its blocks were written. */
const syncs = 1_200;

/**
 * An ext4 on a block device that gives I/O errors: the image of the device has holes, and there is no room to fill them.
 * A block that was written before can be written again, as on a real disk with bad blocks. The device can lie: it takes
 * a part of a write, and reports the whole as done.
 */
export class FailingDisk implements FaultyDisk {
  readonly #device: PoweredDisk;
  readonly #room: SmallDisk;

  private constructor(device: PoweredDisk, room: SmallDisk) {
    this.#device = device;
    this.#room = room;
  }

  /** @returns the disk, or why there is none, as a reason to skip a test */
  static async make(
    t: TestContext,
    mebibytes: number,
  ): Promise<{ readonly disk: FailingDisk } | { readonly missing: string }> {
    const room = smallDisk(t, mebibytes);
    if (room === undefined) return { missing: 'this process may not mount a file system' };
    const made = await PoweredDisk.make(t, mebibytes, room.folder);
    if ('missing' in made) return made;
    fillJournal(made.disk.folder);
    return { disk: new FailingDisk(made.disk, room) };
  }

  get folder(): string {
    return this.#device.folder;
  }

  sync(): void {
    this.#device.sync();
  }

  cut(): void {
    this.#room.fill();
  }

  /** From now on the device takes everything again; what it did not take meanwhile is lost. */
  heal(): void {
    this.#room.clear();
  }

  async restore(): Promise<void> {
    // Before there is room again: what the device did not take is lost.
    await this.#device.unmount();
    this.heal();
    this.#device.mount();
  }
}

/** With an error in its journal the file system would be read-only from then on, and no program could write again. */
function fillJournal(folder: string): void {
  const descriptor = openSync(join(folder, 'journal-filler'), 'w');
  for (let count = 0; count < syncs; count++) {
    writeSync(descriptor, 'filler'.repeat(800));
    fsyncSync(descriptor);
  }
  closeSync(descriptor);
}
