// What a list is searched for and how it is ordered, in its address, so that a link to it shows the same.

import { replaceSearch } from './page.svelte';

/** What the address says; empty where it says nothing. */
export const given = (name: string): string => new URLSearchParams(location.search).get(name) ?? '';

/** Puts into the address what is not empty. */
export function keep(values: Readonly<Record<string, string>>): void {
  const text = new URLSearchParams(Object.entries(values).filter(([, value]) => value !== '')).toString();
  replaceSearch(text === '' ? '' : `?${text}`);
}
