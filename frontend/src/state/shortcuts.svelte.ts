// Keys that work on a page. Components offer theirs while they are shown; the sheet lists what is offered.

import { untrack } from 'svelte';

export interface Shortcut {
  key: string;
  label: string;
  run: (event: KeyboardEvent) => void;
  /** Whether the key means this just now; otherwise the press goes on to whom it belongs. */
  when?: (event: KeyboardEvent) => boolean;
}

interface Group {
  name: string;
  shortcuts: Shortcut[];
}

let offered = $state.raw<readonly Group[]>([]);

export const shortcuts = {
  get groups(): readonly Group[] {
    return offered;
  },
};

/** Call while a component is set up: its keys work until it goes. */
export function offerShortcuts(name: string, list: Shortcut[]): void {
  $effect(() => {
    const group: Group = { name, shortcuts: list };
    // The effect must not depend on the list that it changes.
    offered = untrack(() => [...offered, group]);
    return () => {
      offered = untrack(() => offered.filter((other) => other !== group));
    };
  });
}

/** Runs the shortcut of a key press, unless the press belongs to a field, a dialog or the browser. */
export function onKeydown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || document.querySelector('dialog[open]') !== null) return;
  for (const group of [...offered].reverse()) {
    const found = group.shortcuts.find(({ key, when }) => key === event.key && (when?.(event) ?? true));
    if (found !== undefined) {
      event.preventDefault();
      found.run(event);
      return;
    }
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button'].includes(target.type);
  return (
    target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable
  );
}
