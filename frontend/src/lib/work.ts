// Many small jobs without flooding the server.

/** Runs a job for every item, a few at a time; ends when all have ended. A job must not throw. */
export async function inTurn<T>(
  items: readonly T[],
  job: (item: T) => Promise<void>,
  atOnce = 6,
): Promise<void> {
  const waiting = [...items].reverse();
  const worker = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await job(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
