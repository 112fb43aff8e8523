// How wide the columns are that somebody made wider or narrower: as the view in the address says, else as this browser
// remembers.

import { withinWidths } from '../lib/view';

const KEY = 'shortlist.widths';
const MOST = 400;

type Widths = Record<string, number>;

function stored(): Widths {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Widths) : {};
  } catch {
    return {};
  }
}

const remembered = $state(stored());
let given = $state<Widths>({});

export const widths = {
  /** Pixels, or undefined where nobody chose any. */
  of(id: string): number | undefined {
    const width = given[id] ?? remembered[id];
    return typeof width === 'number' ? width : undefined;
  },
  /** Those that the view in the address has. */
  get ofView(): Widths {
    return { ...given };
  },
  take(view: Readonly<Widths>): void {
    given = { ...view };
  },
  set(id: string, width: number): void {
    remembered[id] = given[id] = withinWidths(width);
  },
  /** Back to the width that fits. */
  forget(id: string): void {
    delete remembered[id];
    delete given[id];
  },
  keep(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(Object.entries(remembered).slice(-MOST))));
    } catch {
      // Without storage the widths last as long as the page.
    }
  },
};
