// Addresses of pages, both ways.

import { peoplePage } from './people_routes';

export type Subject = 'merge_request' | 'pipeline';

export type Route =
  | { page: 'sign_in' }
  | { page: 'sign_up' }
  | { page: 'projects' }
  | { page: 'project'; project: string }
  | { page: 'experiments'; project: string }
  | { page: 'experiment'; project: string; experiment: number }
  | { page: 'candidate'; project: string; candidate: number }
  | { page: 'compare'; project: string }
  | { page: 'models'; project: string }
  | { page: 'model'; project: string; model: number }
  | { page: 'version'; project: string; model: number; version: number }
  | { page: 'people'; name: string }
  | { page: 'packages'; project: string }
  | { page: 'package'; project: string; package: number }
  | { page: 'report'; project: string; subject: Subject; number: string }
  | { page: 'not_found' };

const NOT_FOUND: Route = { page: 'not_found' };

/** The page at a path; the server knows the same table. */
export function matchRoute(pathname: string): Route {
  const path = pathname.replace(/\/+$/, '') || '/';
  if (path === '/') return { page: 'projects' };
  if (path === '/users/sign_in') return { page: 'sign_in' };
  if (path === '/users/sign_up') return { page: 'sign_up' };
  const people = peoplePage(path);
  if (people !== null) return { page: 'people', name: people };
  const [project = '', rest] = splitOnce(decoded(path.slice(1)), '/-/');
  if (!project.includes('/')) return NOT_FOUND;
  if (rest === undefined) return { page: 'project', project };
  if (rest === 'ml/experiments') return { page: 'experiments', project };
  if (rest === 'ml/compare') return { page: 'compare', project };
  if (rest === 'ml/models') return { page: 'models', project };
  if (rest === 'packages') return { page: 'packages', project };
  const packed = /^packages\/(\d{1,15})$/.exec(rest);
  if (packed !== null) return { page: 'package', project, package: Number(packed[1]) };
  const produced = /^(merge_request|pipeline)s\/([^/]+)$/.exec(rest);
  if (produced !== null)
    return { page: 'report', project, subject: produced[1] as Subject, number: produced[2] ?? '' };
  const model = /^ml\/models\/(\d{1,15})(?:\/versions\/(\d{1,15}))?$/.exec(rest);
  if (model !== null) return modelRoute(project, Number(model[1]), model[2]);
  const match = /^ml\/(experiments|candidates)\/(\d{1,15})$/.exec(rest);
  if (match === null) return NOT_FOUND;
  const iid = Number(match[2]);
  return match[1] === 'experiments'
    ? { page: 'experiment', project, experiment: iid }
    : { page: 'candidate', project, candidate: iid };
}

function modelRoute(project: string, model: number, version: string | undefined): Route {
  if (version === undefined) return { page: 'model', project, model };
  return { page: 'version', project, model, version: Number(version) };
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

export function projectPath(project: string): string {
  return `/${project.split('/').map(encodeURIComponent).join('/')}`;
}

export function experimentsPath(project: string): string {
  return `${projectPath(project)}/-/ml/experiments`;
}

export function experimentPath(project: string, experiment: number): string {
  return `${experimentsPath(project)}/${experiment}`;
}

export function candidatePath(project: string, candidate: number): string {
  return `${projectPath(project)}/-/ml/candidates/${candidate}`;
}

/** The comparison of candidates, the first of which is the baseline. */
export function comparePath(project: string, candidates: readonly number[]): string {
  const search = candidates.length > 0 ? `?candidates=${candidates.join('.')}` : '';
  return `${projectPath(project)}/-/ml/compare${search}`;
}

export function modelsPath(project: string): string {
  return `${projectPath(project)}/-/ml/models`;
}

export function modelPath(project: string, model: number): string {
  return `${modelsPath(project)}/${model}`;
}

export function versionPath(project: string, model: number, version: number): string {
  return `${modelPath(project, model)}/versions/${version}`;
}

export function packagesPath(project: string): string {
  return `${projectPath(project)}/-/packages`;
}

export function packagePath(project: string, id: number): string {
  return `${packagesPath(project)}/${id}`;
}

/** What a merge request or a pipeline produced; of one CI project where several have that number. */
export function reportPath(project: string, subject: Subject, number: string, ciProject = ''): string {
  const search = ciProject === '' ? '' : `?ci_project=${encodeURIComponent(ciProject)}`;
  return `${projectPath(project)}/-/${subject}s/${encodeURIComponent(number)}${search}`;
}

/** Where signing in with a provider begins; `back` is where it leads at last. */
export function providerUrl(name: string, back: string): string {
  const query = back === '/' ? '' : `?return_to=${encodeURIComponent(back)}`;
  return `/users/auth/${name}${query}`;
}

/** Where to go after signing in: only a path of this origin, never another host. */
export function safeReturn(given: string | null, origin: string): string {
  if (given === null || !given.startsWith('/')) return '/';
  try {
    const target = new URL(given, origin);
    const local = target.origin === origin && matchRoute(target.pathname).page !== 'sign_in';
    return local ? target.pathname + target.search + target.hash : '/';
  } catch {
    return '/';
  }
}
