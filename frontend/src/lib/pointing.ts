// A list beside a chart: the row under the pointer or the focus is the line that stands out.

type Handlers = Record<'onpointerenter' | 'onpointerleave' | 'onfocusin' | 'onfocusout', () => void>;

/** What a row of that candidate listens to. */
export function pointing(id: number, onpoint: (id: number | null) => void): Handlers {
  const on = (): void => onpoint(id);
  const off = (): void => onpoint(null);
  return { onpointerenter: on, onpointerleave: off, onfocusin: on, onfocusout: off };
}
