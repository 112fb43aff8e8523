// Light, dark, or what the system says. early.ts applies the stored choice before the first paint.

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'shortlist.theme';

function stored(): Theme {
  const value = document.documentElement.dataset.theme;
  return value === 'light' || value === 'dark' ? value : 'system';
}

const dark = matchMedia('(prefers-color-scheme: dark)');
const state = $state({ choice: stored(), system: dark.matches });

dark.addEventListener('change', () => {
  state.system = dark.matches;
});

export const theme = {
  get choice(): Theme {
    return state.choice;
  },
  get isDark(): boolean {
    return state.choice === 'system' ? state.system : state.choice === 'dark';
  },
  set(choice: Theme): void {
    state.choice = choice;
    if (choice === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    try {
      if (choice === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, choice);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  },
};
