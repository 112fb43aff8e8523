// Runs as a blocking classic script, before anything is painted: it must import nothing.
{
  const root = document.documentElement;
  const stored = (() => {
    try {
      return localStorage.getItem('shortlist.theme');
    } catch {
      return null;
    }
  })();
  if (stored === 'light' || stored === 'dark') root.dataset.theme = stored;

  /** Keeps that the palette was asked for, and what was typed since, for the program that is still on its way. */
  const keep = (event: KeyboardEvent): void => {
    if (document.getElementById('content') !== null) {
      removeEventListener('keydown', keep);
      return;
    }
    const held = event.ctrlKey || event.metaKey;
    if (held && event.key.toLowerCase() === 'k' && !event.shiftKey && !event.altKey)
      root.dataset.palette = '';
    else if (root.dataset.palette !== undefined && !held && [...event.key].length === 1)
      root.dataset.palette += event.key;
    else return;
    event.preventDefault();
  };
  addEventListener('keydown', keep);
}
