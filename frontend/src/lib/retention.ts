// What a trial of a retention rule comes to, in words.

import type { Plan } from '../api/schema';
import { count, plural } from './numbers';

/** How many candidates would go. */
export function goingText(plan: Plan): string {
  const going = plan.going;
  return going === 0
    ? 'No candidate would be deleted now.'
    : `${plural(going, 'candidate')} would be deleted now.`;
}

/** How many are old enough and stay all the same, by reason; a candidate may have several. Empty where there are none. */
export function keptText(plan: Plan): string {
  const reasons = [
    [plan.kept_best, 'among the best'],
    [plan.kept_promoted, 'promoted'],
    [plan.kept_starred, 'starred'],
    [plan.kept_marked, 'marked'],
  ] as const;
  const parts = reasons.filter(([number]) => number > 0).map(([number, why]) => `${count(number)} ${why}`);
  return parts.length === 0 ? '' : `Old enough, and kept: ${parts.join(', ')}.`;
}
