// Walking along the marks of a chart with the keyboard.

/** The index that a key leads to among `count` in a row, from `at` (-1: none yet); null for a key that does not walk. */
export function walkedTo(
  key: string,
  at: number,
  count: number,
  forward: string,
  back: string,
): number | null {
  const last = count - 1;
  const next = { [forward]: at + 1, [back]: at < 0 ? last : at - 1, Home: 0, End: last }[key];
  return next === undefined ? null : Math.max(0, Math.min(last, next));
}
