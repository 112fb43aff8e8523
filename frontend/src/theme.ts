// Runs as a blocking classic script, before anything is painted: it must import nothing.
{
  const stored = (() => {
    try {
      return localStorage.getItem('shortlist.theme');
    } catch {
      return null;
    }
  })();
  if (stored === 'light' || stored === 'dark') document.documentElement.dataset.theme = stored;
}
