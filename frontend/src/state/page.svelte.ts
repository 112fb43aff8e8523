// Which page is shown, with its data. The first comes inside the document, later ones through the API.

import { ApiError, hooks, send } from '../api/client';
import type { PageData } from '../api/schema';
import { matchRoute } from '../lib/routes';
import { load } from '../pages/load';
import { loadPart } from './parts';
import { setSession } from './session.svelte';

export type Phase = 'ready' | 'loading' | 'failed';

interface Shown {
  data: PageData;
  phase: Phase;
  error: string;
  /** Grows with every navigation, so that a page starts anew even at the same kind of address. */
  visit: number;
  url: string;
}

const MOST_KEPT = 12;
/** How often a page that could not be loaded looks whether the server is back. */
const LOOK_MS = 3000;

function embedded(): PageData {
  const element = document.getElementById('page-data');
  return JSON.parse(element?.textContent ?? '{}') as PageData;
}

const shown: Shown = $state({
  data: embedded(),
  phase: 'ready',
  error: '',
  visit: 0,
  url: location.pathname + location.search,
});
// Pages seen before, so that going back paints at once.
const kept = new Map<string, PageData>();
let running: AbortController | null = null;

export const page = {
  get data(): PageData {
    return shown.data;
  },
  get phase(): Phase {
    return shown.phase;
  },
  get error(): string {
    return shown.error;
  },
  get visit(): number {
    return shown.visit;
  },
  get url(): string {
    return shown.url;
  },
};

/** Starts the shell: takes the session from the document and follows links and the back button. */
export function startPages(): void {
  setSession(shown.data.session);
  hooks.signedOut = () => navigate(`/users/sign_in?return_to=${encodeURIComponent(shown.url)}`);
  history.scrollRestoration = 'manual';
  addEventListener('popstate', (event) => {
    // Only the fragment differs: the page itself follows it.
    if (location.pathname + location.search === shown.url) return;
    const { scroll = 0 } = (event.state ?? {}) as { scroll?: number };
    void show(location.pathname + location.search, scroll, true);
  });
  addEventListener('click', followLink);
}

export function navigate(url: string): void {
  // What is no page, such as an address that leads to one, is the browser's.
  const { pathname, search } = new URL(url, location.origin);
  if (matchRoute(pathname).page === 'not_found') {
    location.assign(url);
    return;
  }
  rememberScroll();
  history.pushState({ scroll: 0 }, '', url);
  void show(pathname + search, 0, false);
}

/** Puts another query into the address of this page without leaving it; a fragment goes on pointing at its chart or file. */
export function replaceSearch(search: string): void {
  const url = location.pathname + search;
  if (url === location.pathname + location.search) return;
  history.replaceState(history.state, '', url + location.hash);
  shown.url = url;
}

/**
 * Call while a component is set up: gives what puts fresher data into its page, as after a change. Once that page was
 * left it does nothing, so that a late answer never shows in another.
 */
export function refresher(): (change: Partial<PageData>) => void {
  const { visit } = shown;
  return (change) => {
    if (shown.visit === visit) shown.data = { ...shown.data, ...change };
  };
}

/** Loads the page again, as after signing in. */
export function reload(): Promise<void> {
  return show(location.pathname + location.search, scrollY, false);
}

function rememberScroll(): void {
  history.replaceState({ ...(history.state as object | null), scroll: scrollY }, '');
  if (shown.phase === 'ready') keep(shown.url, shown.data);
}

function keep(url: string, data: PageData): void {
  kept.delete(url);
  kept.set(url, data);
  for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest);
}

async function show(url: string, scroll: number, back: boolean): Promise<void> {
  running?.abort();
  const run = new AbortController();
  running = run;
  const before = back ? kept.get(url) : undefined;
  shown.url = url;
  if (before === undefined) {
    shown.phase = 'loading';
    const route = matchRoute(new URL(url, location.origin).pathname);
    shown.data = { ...shown.data, page: route.page === 'people' ? route.name : route.page };
    shown.visit += 1;
    scrollTo(0, 0);
  } else put(before, scroll);
  try {
    const [data] = await Promise.all([load(url, run.signal), loadPart(shown.data.page)]);
    if (run.signal.aborted) return;
    // What was asked for may lead on, as an experiment to its default view.
    shown.url = location.pathname + location.search;
    if (before === undefined) put(data, scroll);
    else shown.data = data;
  } catch (reason) {
    if (run.signal.aborted) return;
    fail(reason);
    if (reason instanceof ApiError && reason.code === 'UNREACHABLE') {
      shown.error += ' This page is loaded as soon as it answers.';
      void reloadWhenBack(run.signal);
    }
  }
}

/** Until somebody goes elsewhere. What stands there stays while it looks, so that nothing flickers or loses the focus. */
async function reloadWhenBack(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    if (signal.aborted) return;
    const answer = await send('/-/liveness', { signal }).catch(() => null);
    if (answer?.ok) return reload();
  }
}

function put(data: PageData, scroll: number): void {
  shown.data = data;
  shown.phase = 'ready';
  shown.visit += 1;
  requestAnimationFrame(() => scrollTo(0, scroll));
}

function fail(reason: unknown): void {
  if (reason instanceof ApiError && (reason.status === 404 || reason.status === 403)) {
    shown.data = { ...shown.data, page: 'not_found' };
    shown.phase = 'ready';
    return;
  }
  shown.phase = 'failed';
  shown.error = reason instanceof Error ? reason.message : String(reason);
}

function followLink(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link === null || link.target !== '' || link.hasAttribute('download')) return;
  if (link.relList.contains('external')) return;
  if (link.origin !== location.origin || link.getAttribute('href')?.startsWith('#')) return;
  // A file is the browser's as well.
  if (link.pathname.startsWith('/api/') || matchRoute(link.pathname).page === 'not_found') return;
  event.preventDefault();
  navigate(link.pathname + link.search + link.hash);
}
