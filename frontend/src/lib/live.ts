// Which changes a page is concerned with, and how long it waits before it tries to listen again.

export interface Watch {
  project: string;
  /** Null for all of the project, those to come as well. */
  experiments: number[] | null;
  /** Iids of the candidates that the page shows; null for whatever is in the experiments. */
  candidates: number[] | null;
}

/** Which watched experiments an event's data is about; null where it cannot be read and may concern all of them. */
export function concerned(watch: Watch, data: string): number[] | null {
  let changed: Record<string, number[] | null> | null;
  try {
    changed = (JSON.parse(data) as { experiments: Record<string, number[] | null> | null }).experiments;
  } catch {
    return null;
  }
  if (changed === null) return null;
  if (watch.experiments === null) return Object.keys(changed).map(Number);
  return watch.experiments.filter((iid) => {
    const named = changed?.[String(iid)];
    if (named === undefined) return false;
    if (named === null || watch.candidates === null) return true;
    return named.some((candidate) => watch.candidates?.includes(candidate));
  });
}

/** Milliseconds before the n-th attempt: longer each time, never longer than half a minute. */
export function wait(failures: number): number {
  return Math.min(30_000, 2000 * 2 ** Math.max(0, failures - 1));
}
