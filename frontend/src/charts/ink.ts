// Colours of the design for a canvas, which knows no custom properties.

const FALLBACK = '#888888';

/** The colour that a custom property has at an element, as the browser resolves it. */
export function ink(element: HTMLElement, property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  element.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour || FALLBACK;
}

/** The colour of what an element stands on. */
export function backdrop(element: HTMLElement): string {
  for (let at: HTMLElement | null = element; at !== null; at = at.parentElement) {
    const colour = getComputedStyle(at).backgroundColor;
    if (colour !== '' && colour !== 'transparent' && colour !== 'rgba(0, 0, 0, 0)') return colour;
  }
  return ink(element, '--surface');
}
