// How wide a reader made the columns, kept in the browser: a matter of the screen, not of the view that is shared.

const KEY = 'shortlist.widths';
const MOST = 400;

function stored(): Record<string, number> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return typeof found === 'object' && found !== null ? (found as Record<string, number>) : {};
  } catch {
    return {};
  }
}

const chosen = $state(stored());

export const widths = {
  /** Pixels, or undefined where the reader chose none. */
  of(id: string): number | undefined {
    const width = chosen[id];
    return typeof width === 'number' ? width : undefined;
  },
  set(id: string, width: number): void {
    chosen[id] = Math.round(Math.max(56, Math.min(900, width)));
  },
  /** Back to the width that fits. */
  forget(id: string): void {
    delete chosen[id];
    this.keep();
  },
  keep(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(Object.entries(chosen).slice(-MOST))));
    } catch {
      // Without storage the widths last as long as the page.
    }
  },
};
