// Whether numbers and times are shown in full: a title alone reaches neither keyboard nor finger.

const KEY = 'shortlist.exact';

function stored(): boolean {
  try {
    return localStorage.getItem(KEY) === 'yes';
  } catch {
    return false;
  }
}

const state = $state({ on: stored() });

export const exactness = {
  get on(): boolean {
    return state.on;
  },
  toggle(): void {
    state.on = !state.on;
    try {
      if (state.on) localStorage.setItem(KEY, 'yes');
      else localStorage.removeItem(KEY);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
  },
};
