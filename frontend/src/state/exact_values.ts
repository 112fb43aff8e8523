// Exact values by keyboard: the rounded values of a region are one tab stop, arrows walk them, and a tip says the value
// that has the focus with every digit, as a title does under the pointer.

import { stepTo } from '../lib/exact_walk';

const VALUE = '[data-exact]';
const TIP = 'exact-tip';
const GAP = 6;

/** Attach to the element whose values can be walked. */
export function exactValues(region: HTMLElement): () => void {
  const values = (): HTMLElement[] =>
    [...region.querySelectorAll<HTMLElement>(VALUE)].filter((value) => value.offsetParent !== null);

  // Values come and go, and one of them takes the focus.
  function offer(): void {
    const found = values();
    for (const value of found) if (!value.hasAttribute('tabindex')) value.tabIndex = -1;
    if (!found.some(({ tabIndex }) => tabIndex === 0)) found[0]?.setAttribute('tabindex', '0');
  }

  function focused(event: FocusEvent): void {
    const value = event.target;
    if (!(value instanceof HTMLElement) || !value.matches(VALUE)) return;
    for (const other of values()) other.tabIndex = other === value ? 0 : -1;
    if (value.matches(':focus-visible')) show(value);
  }

  function pressed(event: KeyboardEvent): void {
    const value = event.target;
    if (!(value instanceof HTMLElement) || !value.matches(VALUE)) return;
    if (event.key === 'Escape') hide();
    const found = values();
    const spots = found.map((other) => {
      const { left, right, top, bottom } = other.getBoundingClientRect();
      return { x: (left + right) / 2, y: (top + bottom) / 2 };
    });
    const next = stepTo(spots, found.indexOf(value), event.key);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    found[next]?.focus();
  }

  const observer = new MutationObserver(offer);
  observer.observe(region, { childList: true, subtree: true });
  region.addEventListener('focusin', focused);
  region.addEventListener('focusout', hide);
  region.addEventListener('keydown', pressed);
  offer();
  return () => {
    observer.disconnect();
    region.removeEventListener('focusin', focused);
    region.removeEventListener('focusout', hide);
    region.removeEventListener('keydown', pressed);
    hide();
  };
}

function show(value: HTMLElement): void {
  const box = tip();
  box.textContent = value.dataset.exact ?? '';
  value.setAttribute('aria-describedby', TIP);
  box.showPopover();
  const from = value.getBoundingClientRect();
  const { width, height } = box.getBoundingClientRect();
  const below = from.bottom + GAP + height < innerHeight;
  box.style.left = `${Math.max(GAP, Math.min(from.left, innerWidth - width - GAP))}px`;
  box.style.top = `${below ? from.bottom + GAP : from.top - GAP - height}px`;
}

function hide(): void {
  const box = document.getElementById(TIP);
  if (box?.matches(':popover-open')) box.hidePopover();
}

function tip(): HTMLElement {
  const found = document.getElementById(TIP);
  if (found !== null) return found;
  const made = document.createElement('div');
  made.id = TIP;
  made.className = 'tip';
  made.role = 'tooltip';
  made.popover = 'manual';
  document.body.append(made);
  return made;
}
