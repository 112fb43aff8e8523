// What an audit event says beside who did what.

type Details = Record<string, unknown>;

/** The facts of an event in one line; those that are empty are left out, and of changed ones both values are said. */
export function detailText(details: Details): string {
  const { before, after, ...others } = details;
  const changed = isDetails(before) && isDetails(after);
  const pairs = Object.entries(changed ? others : details);
  const said = pairs.flatMap(([key, value]) => (isEmpty(value) ? [] : [`${words(key)}: ${text(value)}`]));
  if (changed) {
    for (const key of Object.keys(after))
      said.push(`${words(key)}: ${text(before[key])} → ${text(after[key])}`);
  }
  return said.join(' · ');
}

function isDetails(value: unknown): value is Details {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

const words = (key: string): string => key.replaceAll('_', ' ');

function text(value: unknown): string {
  if (isEmpty(value) || value === undefined) return 'none';
  if (Array.isArray(value)) return value.map(text).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
