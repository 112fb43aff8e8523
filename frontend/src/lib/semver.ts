// Semantic versions, to propose the next one.

const SEMVER = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/;

type Parts = [major: number, minor: number, patch: number, prerelease: string];

function partsOf(text: string): Parts | null {
  const found = SEMVER.exec(text);
  return found === null ? null : [Number(found[1]), Number(found[2]), Number(found[3]), found[4] ?? ''];
}

export function isSemver(text: string): boolean {
  return partsOf(text) !== null;
}

/** By number; a prerelease comes before its release. */
function compare(a: Parts, b: Parts): number {
  return (
    a[0] - b[0] ||
    a[1] - b[1] ||
    a[2] - b[2] ||
    Number(a[3] === '') - Number(b[3] === '') ||
    (a[3] < b[3] ? -1 : Number(a[3] > b[3]))
  );
}

export interface Proposal {
  step: 'minor' | 'patch' | 'major';
  text: string;
}

/** What may come after the highest of these versions, the likeliest first; 1.0.0 where there is none yet. */
export function proposals(versions: readonly string[]): Proposal[] {
  const known = versions.flatMap((text) => {
    const parts = partsOf(text);
    return parts === null ? [] : [parts];
  });
  const highest = known.sort(compare).at(-1);
  if (highest === undefined) return [{ step: 'major', text: '1.0.0' }];
  const [major, minor, patch, prerelease] = highest;
  // What a prerelease was made for comes next.
  if (prerelease !== '') return [{ step: 'patch', text: `${major}.${minor}.${patch}` }];
  return [
    { step: 'minor', text: `${major}.${minor + 1}.0` },
    { step: 'patch', text: `${major}.${minor}.${patch + 1}` },
    { step: 'major', text: `${major + 1}.0.0` },
  ];
}
