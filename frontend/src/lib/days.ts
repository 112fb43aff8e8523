// Days as date fields have them (2026-01-31), which begin at midnight UTC, as the server counts expiries.

const DAY = 24 * 3600 * 1000;

/** The millisecond at which a day begins; null for an empty field. */
export function startOfDay(day: string): number | null {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? null : at;
}

/** The day in which a moment lies; empty for none. */
export function dayOf(at: number | null): string {
  return at === null ? '' : new Date(at).toISOString().slice(0, 10);
}

/** The day that is so many days after a moment. */
export function dayAfter(now: number, days: number): string {
  return dayOf(now + days * DAY);
}
