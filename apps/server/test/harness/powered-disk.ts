import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { onEnd } from './on-end.ts';

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
/** Unmounts and removes everything when the process of the test closes the pipe or ends in any way. */
const keep = `cat > /dev/null
  while umount -l "$1" 2> /dev/null; do :; done
  rm -rf --one-file-system "$2"`;

/** An ext4 in a file, whose power can be cut. */
export class PoweredDisk {
  readonly folder: string;
  readonly #image: string;

  private constructor(folder: string, image: string) {
    this.folder = folder;
    this.#image = image;
  }

  /** Makes a disk that ends with the test. @returns it, or why there is none, as a reason to skip a test */
  static async make(
    t: TestContext,
    mebibytes: number,
  ): Promise<{ readonly disk: PoweredDisk } | { readonly missing: string }> {
    const whole = mkdtempSync(join(tmpdir(), 'billonce-disk-'));
    const [folder, image] = [join(whole, 'disk'), join(whole, 'image')];
    mkdirSync(folder);
    // PostgreSQL does not run as root, and must reach its data.
    chmodSync(whole, 0o711);
    const keeper = spawn('sh', ['-c', keep, 'sh', folder, whole], {
      cwd: '/',
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    letGo(keeper);
    onEnd(t, () => ended(keeper));
    const disk = new PoweredDisk(folder, image);
    try {
      writeFileSync(image, '');
      truncateSync(image, mebibytes * mebibyte);
      run('mkfs.ext4', ['-q', '-F', image]);
      disk.#mount();
      disk.cut();
      await disk.restore();
      return { disk };
    } catch (error) {
      const reason = error instanceof Error ? error.message : '';
      return { missing: `NO DISK WHOSE POWER CAN BE CUT (needs root, loop devices, ext4, perl): ${reason}` };
    }
  }

  /** Everything that was written so far survives a cut. */
  sync(): void {
    run('sync', ['--file-system', this.folder]);
  }

  /** Drops what was not synced. From now on every call to the disk fails. */
  cut(): void {
    run('perl', ['-e', shutdown, this.folder]);
  }

  /** Mounts what the disk has. The processes that had files open are dead. */
  async restore(): Promise<void> {
    for (let tries = 1; ; tries++) {
      const { status, stderr } = spawnSync('umount', [this.folder], { encoding: 'utf8' });
      if (status === 0) break;
      // A process that was killed closes its files a moment later.
      if (tries === unmountsMax) throw new Error(stderr);
      await passing(againMs);
    }
    this.#mount();
  }

  #mount(): void {
    run('mount', ['-o', mountOptions, this.#image, this.folder]);
  }
}

function run(program: string, args: readonly string[]): void {
  execFileSync(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** It must not keep alive a process whose tests have ended. */
function letGo(keeper: ChildProcess): void {
  keeper.unref();
  for (const stream of keeper.stdio) if (stream instanceof Socket) stream.unref();
}

async function ended(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null || keeper.signalCode !== null) return;
  keeper.ref();
  const exited = once(keeper, 'exit');
  keeper.stdin?.end();
  await exited;
}
