import { describe, expect, it } from 'vitest';
import { duration, relativeTime } from './times';

describe('times', () => {
  it('are told from now', () => {
    const now = Date.UTC(2026, 5, 30, 12);
    expect(relativeTime(now - 20_000, now)).toBe('just now');
    expect(relativeTime(now - 180_000, now)).toBe('3 minutes ago');
    expect(relativeTime(now - 86_400_000, now)).toBe('yesterday');
    expect(relativeTime(Date.UTC(2026, 0, 2, 12), now)).toBe('Jan 2, 2026');
  });

  it('last at most two units', () => {
    const pairs: [number, string][] = [
      [850, '850 ms'],
      [4_200, '4.2 s'],
      [59_700, '1 min'],
      [200_000, '3 min 20 s'],
      [7_500_000, '2 h 5 min'],
      [273_600_000, '3 d 4 h'],
      [-5, '0 ms'],
    ];
    for (const [span, text] of pairs) expect(duration(span)).toBe(text);
  });
});
