// Which parts of a page are looked at: what nobody sees asks for nothing.

const BESIDE = '200px';

const told = new Map<Element, (seen: boolean) => void>();
let observer: IntersectionObserver | null = null;

/** Tells whether `element` is in view, or nearly, now and whenever that changes. The result ends it. */
export function watchView(element: Element, tell: (seen: boolean) => void): () => void {
  // One for all, so that what comes into view together hears of it together, and asks in one request.
  observer ??= new IntersectionObserver(
    (entries) => {
      for (const entry of entries) told.get(entry.target)?.(entry.isIntersecting);
    },
    { rootMargin: BESIDE },
  );
  told.set(element, tell);
  observer.observe(element);
  return () => {
    told.delete(element);
    observer?.unobserve(element);
  };
}
