// Whether the page is being put on paper, where nothing scrolls.

import { flushSync } from 'svelte';

let isOn = $state(false);

export const printing = {
  get on(): boolean {
    return isOn;
  },
};

// The browser draws the page as soon as the handler has ended.
addEventListener('beforeprint', () => flushSync(() => (isOn = true)));
addEventListener('afterprint', () => (isOn = false));
