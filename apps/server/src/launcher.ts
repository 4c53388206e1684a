/**
 * Calls back when the process that started this one has ended, no matter how. `tools/bootstrap.mjs` starts this process
 * with a channel, which the kernel then closes; for a process that was started without a channel, this does nothing.
 */
export function onLauncherGone(callback: () => void): void {
  if (process.send === undefined) return;
  if (!process.connected) {
    callback();
    return;
  }
  process.once('disconnect', callback);
  // A listener would keep a finished command running.
  process.channel?.unref();
}
