// Moments and spans as people say them.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const spoken = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const dated = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'short', year: 'numeric' });
const full = new Intl.DateTimeFormat('en', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});

/** "3 minutes ago"; a date when it is more than four weeks away. */
export function relativeTime(at: number, now: number): string {
  const away = at - now;
  const size = Math.abs(away);
  if (size < 45 * SECOND) return 'just now';
  if (size < 45 * MINUTE) return spoken.format(Math.trunc(Math.round(away / MINUTE)), 'minute');
  if (size < 22 * HOUR) return spoken.format(Math.round(away / HOUR), 'hour');
  if (size < 28 * DAY) return spoken.format(Math.round(away / DAY), 'day');
  return dated.format(at);
}

/** The moment to the second, in the reader's time zone. */
export function exactTime(at: number): string {
  return full.format(at);
}

/** Milliseconds to the last of them: "90,500 ms". */
export function exactSpan(milliseconds: number): string {
  return `${Math.max(0, milliseconds).toLocaleString('en-US')} ms`;
}

/** Milliseconds in at most two units: "850 ms", "4.2 s", "3 min 20 s", "2 h 5 min", "3 d 4 h". */
export function duration(milliseconds: number): string {
  const span = Math.max(0, milliseconds);
  if (span < SECOND) return `${Math.round(span)} ms`;
  if (span < 10 * SECOND) return `${(span / SECOND).toFixed(1)} s`;
  if (span < MINUTE - 500) return `${Math.round(span / SECOND)} s`;
  const seconds = Math.round(span / SECOND) * SECOND;
  if (seconds < HOUR) return pair(seconds, MINUTE, 'min', SECOND, 's');
  if (seconds < DAY) return pair(seconds, HOUR, 'h', MINUTE, 'min');
  return pair(seconds, DAY, 'd', HOUR, 'h');
}

function pair(span: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((span % big) / small);
  const head = `${Math.floor(span / big)} ${bigName}`;
  return rest === 0 ? head : `${head} ${rest} ${smallName}`;
}
