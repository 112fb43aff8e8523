// The addresses that MLflow's client prints: `<tracking address>/#/experiments/1/runs/<run id>`.

const FRAGMENT = /^#\/experiments\/(\d+)(?:\/runs\/([0-9a-f]{32}))?/;
const TRACKING = /^\/api\/v4\/projects\/([^/]+)\/ml\/mlflow\//;

/** The address of what a fragment in MLflow's form names, seen from a page; null for other fragments. */
export function ofMlflow(path: string, fragment: string): string | null {
  const found = FRAGMENT.exec(fragment);
  if (found === null) return null;
  const [, experiment, run] = found;
  return `${project(path)}/-/ml/${run === undefined ? `experiments/${experiment}` : `runs/${run}`}`;
}

/** The address of the project that a path is in; empty where it names none, which means the default project. */
function project(path: string): string {
  const tracking = TRACKING.exec(path);
  if (tracking?.[1] !== undefined) {
    const named = decodeURIComponent(tracking[1]);
    return named.includes('/') ? `/${named}` : '';
  }
  const [before, after] = path.split('/-/', 2);
  return after === undefined ? '' : (before ?? '');
}
