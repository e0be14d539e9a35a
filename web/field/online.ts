/** @file Waits for the network. */

/** Resolves when the device is online again. @throws the signal's reason when it is aborted */
export function backOnline(signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  addEventListener('online', () => resolve(), { once: true, signal });
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}
