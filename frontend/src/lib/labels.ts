// Names where there is little room.

/** Letters of a name that are never cut. */
const END = 6;

/** A name of at most `most` letters: of a longer one the beginning and, because names differ there, more of the end. */
export function cutInside(name: string, most: number): string {
  if (name.length <= most) return name;
  const start = Math.max(1, Math.floor((most - 1) / 3));
  return `${name.slice(0, start)}…${name.slice(name.length - (most - 1 - start))}`;
}

/** A name in two parts, of which the second is not to be cut, because names differ at their end; empty for a short one. */
export function withEnd(name: string): [string, string] {
  return name.length < 2 * END ? [name, ''] : [name.slice(0, -END), name.slice(-END)];
}

/**
 * Short names of several things that still differ: without what all of the names begin with, where at least one is
 * too long, and cut inside.
 */
export function shortNames(names: readonly string[], most: number): string[] {
  const first = names[0] ?? '';
  if (names.length < 2 || names.every((name) => name.length <= most))
    return names.map((name) => cutInside(name, most));
  let length = 0;
  while (length < first.length && names.every((name) => name[length] === first[length])) length += 1;
  // A word is left out whole or not at all.
  const shared = first.slice(0, length).match(/^.*[-_ ./:]/)?.[0].length ?? 0;
  return names.map((name) => cutInside(shared > 3 ? `…${name.slice(shared)}` : name, most));
}
