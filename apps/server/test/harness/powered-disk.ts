import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { unmountAtEnd } from './unmounted.ts';

const mebibyte = 1024 * 1024;
/**
 * Only what a program syncs reaches the disk: no commit of the journal every 5 s, and no flush of a file that is renamed
 * over another.
 */
const mountOptions = 'loop,commit=600,noauto_da_alloc';
/** EXT4_IOC_SHUTDOWN with NOLOGFLUSH, because Node has no ioctl. Perl is a part of every Debian. */
const shutdown = `open(my $folder, '<', $ARGV[0]) or die "open: $!\\n";
  my $flag = pack('L', 2);
  ioctl($folder, 0x8004587D, $flag) or die "ioctl: $!\\n";`;
const unmountsMax = 200;
const againMs = 50;
/** A disk that stops working, and works again. */
export interface FaultyDisk {
  readonly folder: string;
  /** Everything that was written so far survives the fault. */
  sync(): void;
  /** What was not synced is lost, or part of it. From now on nothing is kept. */
  cut(): void;
  /** Mounts what the disk has. The processes that had files open are dead. */
  restore(): Promise<void>;
}

/** An ext4 in a file, whose power can be cut. */
export class PoweredDisk implements FaultyDisk {
  readonly folder: string;
  readonly #image: string;

  private constructor(folder: string, image: string) {
    this.folder = folder;
    this.#image = image;
  }

  /**
   * Makes a disk that ends with the test.
   *
   * @param parent the folder that gets its image
   * @returns it, or why there is none, as a reason to skip a test
   */
  static async make(
    t: TestContext,
    mebibytes: number,
    parent = tmpdir(),
  ): Promise<{ readonly disk: PoweredDisk } | { readonly missing: string }> {
    const whole = mkdtempSync(join(parent, 'billonce-disk-'));
    const [folder, image] = [join(whole, 'disk'), join(whole, 'image')];
    mkdirSync(folder);
    // PostgreSQL does not run as root, and must reach its data.
    chmodSync(whole, 0o711);
    unmountAtEnd(t, folder, whole);
    const disk = new PoweredDisk(folder, image);
    try {
      writeFileSync(image, '');
      truncateSync(image, mebibytes * mebibyte);
      run('mkfs.ext4', ['-q', '-F', image]);
      disk.mount();
      disk.cut();
      await disk.restore();
      return { disk };
    } catch (error) {
      const reason = error instanceof Error ? error.message : '';
      return { missing: `NO DISK WHOSE POWER CAN BE CUT (needs root, loop devices, ext4, perl): ${reason}` };
    }
  }

  sync(): void {
    run('sync', ['--file-system', this.folder]);
  }

  /** Drops everything that was not synced. From now on every call to the disk fails. */
  cut(): void {
    run('perl', ['-e', shutdown, this.folder]);
  }

  async restore(): Promise<void> {
    await this.unmount();
    this.mount();
  }

  async unmount(): Promise<void> {
    for (let tries = 1; ; tries++) {
      const { status, stderr } = spawnSync('umount', [this.folder], { encoding: 'utf8' });
      if (status === 0) return;
      // A process that was killed closes its files a moment later.
      if (tries === unmountsMax) throw new Error(stderr);
      await passing(againMs);
    }
  }

  mount(): void {
    run('mount', ['-o', mountOptions, this.#image, this.folder]);
  }
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
