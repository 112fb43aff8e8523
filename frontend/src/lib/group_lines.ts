// Lines of the curves panel: candidates as they are, smoothed over, or groups of seeds with a band.

import type { Band, Curve, Value } from '../api/schema';
import type { Line } from '../charts/types';
import { toNumber } from './numbers';
import { type Look, lookOf } from './palette';
import { smooth } from './smooth';

/** A line for each curve that has a name and a look. */
export function curveLines(
  curves: readonly Curve[],
  names: ReadonlyMap<number, string>,
  looks: ReadonlyMap<number, Look>,
): Line[] {
  return curves.flatMap((curve): Line[] => {
    const look = looks.get(curve.candidate);
    const label = names.get(curve.candidate);
    return look && label !== undefined ? [{ id: curve.candidate, label, look, x: curve.x, y: curve.y }] : [];
  });
}

/** The average over each line, with the line itself behind it; an average has the negative id of its line. */
export function smoothed(lines: readonly Line[], weight: number): Line[] {
  if (weight === 0) return [...lines];
  return [
    ...lines.map((line): Line => ({ ...line, faint: true })),
    ...lines.map(
      (line): Line => ({
        id: -line.id,
        label: line.label,
        look: line.look,
        x: line.x,
        y: smooth(line.y, weight),
      }),
    ),
  ];
}

/** Of a group: the oldest of its members, which stays when others come. */
export function oldest(members: readonly number[]): number {
  return Math.min(...members);
}

/** A look for each group by its oldest member, in the order of these: a group that is added later changes no other. */
export function looksOfGroups(oldestMembers: readonly number[]): Map<number, Look> {
  const sorted = [...oldestMembers].sort((a, b) => a - b);
  return new Map(sorted.map((iid, place) => [iid, lookOf(place)]));
}

/**
 * A line for each group: the mean, with a band of one standard deviation to both sides. Of groups by chosen
 * parameters, these are the names.
 */
export function bandLines(
  bands: readonly Band[],
  names: ReadonlyMap<number, string>,
  by: readonly string[],
  groupLooks: ReadonlyMap<number, Look> | null = null,
): Line[] {
  const found = groupLooks ?? looksOfGroups(bands.map(({ candidates }) => oldest(candidates)));
  return bands.flatMap((band): Line[] => {
    const look = found.get(oldest(band.candidates));
    if (look === undefined) return [];
    const edges = band.mean.map((mean, place) => {
      const deviation = band.deviation[place] ?? 0;
      return [toNumber(mean) - deviation, toNumber(mean) + deviation] as const;
    });
    const line: Line = {
      id: band.candidates[0] ?? 0,
      label: by.length > 0 ? paramsName(band, by) : groupName(band, names),
      ...(by.length > 0 ? { brief: by.map((key) => band.params[key] ?? '–').join(', ') } : {}),
      look,
      x: band.x,
      y: band.mean,
      band: { low: edges.map(([low]): Value => low), high: edges.map(([, high]): Value => high) },
    };
    return [line];
  });
}

/** What a group has in common, and how many they are: "model mlp, lr 0.1 (n = 6)". */
function paramsName(band: Band, by: readonly string[]): string {
  const parts = by.map((key) => (key in band.params ? `${key} ${band.params[key]}` : `without ${key}`));
  return `${parts.join(', ')} (n = ${band.candidates.length})`;
}

/** What the names of the members begin with, and how many they are: "mlp-64 (n = 3)". */
export function groupName(band: Band, names: ReadonlyMap<number, string>): string {
  const members = band.candidates.map((iid) => names.get(iid) ?? String(iid));
  const first = members[0] ?? '';
  if (members.length < 2) return first;
  let length = 0;
  while (length < first.length && members.every((name) => name[length] === first[length])) length += 1;
  const common = first.slice(0, length).replace(/[-_ .]+(s|seed)?[-_ .]*$/i, '');
  return `${common || first} (n = ${members.length})`;
}
