// A person's own stars of candidates.

import { api } from '../api/client';
import { toasts } from './toasts.svelte';

interface Starred {
  iid: number;
  name: string;
  starred: boolean;
}

/** Turns a star on or off, with a way back; `onchange` shows what the server has taken. */
export function toggleStar(project: string, of: Starred, onchange: (starred: boolean) => void): void {
  const turn = async (starred: boolean): Promise<void> => {
    await api.star(project, of.iid, starred);
    onchange(starred);
  };
  const { name, starred: before } = of;
  toasts.attempt(async () => {
    await turn(!before);
    toasts.done(before ? `Took the star from “${name}”.` : `Starred “${name}”.`, {
      label: 'Undo',
      run: () => toasts.attempt(() => turn(before)),
    });
  });
}
