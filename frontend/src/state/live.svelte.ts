// Fresh data while something runs. The one place that knows how changes arrive: today by asking again.

const MILLISECONDS = 5000;

/**
 * Call while a component is set up. Runs `refresh` again and again while `active` is true and the page is
 * visible, and once when the page becomes visible; never two at a time.
 */
export function keepFresh(active: () => boolean, refresh: () => Promise<unknown>): void {
  $effect(() => {
    if (!active()) return;
    let busy = false;
    const run = async (): Promise<void> => {
      if (busy || document.visibilityState !== 'visible') return;
      busy = true;
      try {
        await refresh();
      } catch {
        // The next round tries again; a lost connection must not fill the page with messages.
      } finally {
        busy = false;
      }
    };
    const timer = setInterval(run, MILLISECONDS);
    document.addEventListener('visibilitychange', run);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', run);
    };
  });
}
