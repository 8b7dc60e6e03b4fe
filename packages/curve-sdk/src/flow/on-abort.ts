const listeners = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` when the signal is aborted. The signal itself has one listener for all of them: it looks at each that
 * it has before it takes another, and programs give one signal to thousands of calls.
 *
 * @returns ends that
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  let all = listeners.get(signal);
  if (all === undefined) {
    all = new Set();
    listeners.set(signal, all);
    signal.addEventListener('abort', tell);
  }
  all.add(listener);
  return () => {
    all.delete(listener);
    if (all.size > 0 || listeners.get(signal) !== all) return;
    listeners.delete(signal);
    signal.removeEventListener('abort', tell);
  };
}

function tell({ target }: Event): void {
  for (const listener of listeners.get(target as AbortSignal) ?? []) listener();
}
