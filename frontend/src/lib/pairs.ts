// Keys with values as they are typed, or pasted from elsewhere.

export interface Pair {
  key: string;
  value: string;
}

/** What was pasted as pairs: a JSON object, or lines of `key=value`, `key: value` or two columns; null for other text. */
export function parsePairs(text: string): Pair[] | null {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return fromJson(trimmed);
  const lines = trimmed.split('\n').filter((line) => line.trim() !== '');
  const found = lines.map(fromLine);
  if (found.some((pair) => pair === null)) return null;
  return found.length === 0 ? null : (found as Pair[]);
}

function fromJson(text: string): Pair[] | null {
  try {
    return flat('', JSON.parse(text) as object);
  } catch {
    return null;
  }
}

/** Nested objects as MLflow's users write them: `optimizer/lr`. */
function flat(prefix: string, object: object): Pair[] {
  return Object.entries(object).flatMap(([name, value]: [string, unknown]) => {
    const key = prefix + name;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return flat(`${key}/`, value);
    return [{ key, value: typeof value === 'string' ? value : JSON.stringify(value) }];
  });
}

function fromLine(line: string): Pair | null {
  const parts = /^\s*["']?([^"'=\t:]+?)["']?\s*(?:=|\t|:\s)\s*(.*?)\s*,?\s*$/.exec(line);
  if (parts === null) return null;
  return { key: parts[1] ?? '', value: (parts[2] ?? '').replace(/^(["'])(.*)\1$/, '$2') };
}

/** The pairs that have a key; the last of equal keys counts. */
export function pairsToRecord(pairs: readonly Pair[]): Record<string, string> {
  const named = pairs.filter(({ key }) => key.trim() !== '');
  return Object.fromEntries(named.map(({ key, value }) => [key.trim(), value.trim()]));
}

/** Why pairs cannot be saved, or nothing. */
export function pairsMistake(pairs: readonly Pair[], numeric: boolean): string | null {
  const keys = new Set<string>();
  for (const { key, value } of pairs) {
    const name = key.trim();
    if (name === '' && value.trim() !== '') return `“${value.trim()}” has no name.`;
    if (name === '') continue;
    if (keys.has(name)) return `“${name}” is there twice.`;
    keys.add(name);
    if (numeric && metricValue(value) === null) return `“${name}” needs a number, such as 0.91 or 1e-3.`;
  }
  return null;
}

/** A metric's value from its text, NaN and the infinities as the API writes them; null for what is no number. */
export function metricValue(text: string): number | 'NaN' | 'Infinity' | '-Infinity' | null {
  const trimmed = text.trim();
  if (/^nan$/i.test(trimmed)) return 'NaN';
  const infinite = /^([+-]?)inf(inity)?$/i.exec(trimmed);
  if (infinite !== null) return infinite[1] === '-' ? '-Infinity' : 'Infinity';
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed);
  return isNumber && Number.isFinite(Number(trimmed)) ? Number(trimmed) : null;
}
