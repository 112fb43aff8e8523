// Aliases of a model's versions: an alias has one version, and leaves another when it is given away.

import type { VersionLink } from '../api/schema';

/** The versions that lose one of these aliases to the version of that number, as they are before. */
export function losers(
  aliased: readonly VersionLink[],
  number: number,
  aliases: readonly string[],
): VersionLink[] {
  return aliased.filter(
    (link) => link.number !== number && link.aliases.some((alias) => aliases.includes(alias)),
  );
}
