// The data of a page through the API: the same that the server embeds in a document.

import { api } from '../api/client';
import { modelsApi } from '../api/models';
import { packagesApi } from '../api/packages';
import { reportsApi } from '../api/reports';
import type { CandidateQuery, PageData, ViewList } from '../api/schema';
import { viewsApi } from '../api/search';
import { wantedColumns } from '../lib/columns';
import { parseCompare } from '../lib/compare';
import { experimentsPath, matchRoute } from '../lib/routes';
import { orderText, parseView } from '../lib/view';
import { session } from '../state/session.svelte';

export const FIRST_ROWS = 100;

function blank(page: string): PageData {
  return {
    page,
    session: { ...session },
    project: null,
    projects: null,
    experiments: null,
    experiment: null,
    answer: null,
    columns: null,
    views: null,
    candidates: null,
    candidate: null,
    models: null,
    model: null,
    version: null,
    packages: null,
    package: null,
    report: null,
    query: null,
    comparison: null,
    people: null,
    sign_in: null,
  };
}

export async function load(url: string, signal: AbortSignal): Promise<PageData> {
  const { pathname, search } = new URL(url, location.origin);
  const route = matchRoute(pathname);
  switch (route.page) {
    case 'sign_in':
      return { ...blank('sign_in'), sign_in: await api.signInOptions(search, signal) };
    case 'sign_up':
    case 'not_found':
      return blank(route.page);
    case 'people':
      return api.page(url, signal);
    case 'projects':
      return { ...blank('projects'), projects: await api.projects(signal) };
    case 'project':
      history.replaceState(history.state, '', experimentsPath(route.project));
      return loadExperiments(route.project, signal);
    case 'experiments':
      return loadExperiments(route.project, signal);
    case 'experiment':
      return loadExperiment(route.project, route.experiment, search, signal);
    case 'candidate': {
      const [project, candidate] = await Promise.all([
        api.project(route.project, signal),
        api.candidate(route.project, route.candidate, signal),
      ]);
      return { ...blank('candidate'), project, candidate };
    }
    case 'compare': {
      const { candidates } = parseCompare(search);
      const [project, comparison] = await Promise.all([
        api.project(route.project, signal),
        candidates.length > 0 ? api.compare(route.project, candidates, signal) : null,
      ]);
      return { ...blank('compare'), project, comparison };
    }
    case 'models': {
      const [project, models] = await Promise.all([
        api.project(route.project, signal),
        modelsApi.list(route.project, {}, signal),
      ]);
      return { ...blank('models'), project, models };
    }
    case 'model': {
      const [project, model] = await Promise.all([
        api.project(route.project, signal),
        modelsApi.get(route.project, route.model, signal),
      ]);
      return { ...blank('model'), project, model };
    }
    case 'packages': {
      const [project, packages] = await Promise.all([
        api.project(route.project, signal),
        packagesApi.list(route.project, {}, signal),
      ]);
      return { ...blank('packages'), project, packages };
    }
    case 'package': {
      const [project, found] = await Promise.all([
        api.project(route.project, signal),
        packagesApi.get(route.project, route.package, signal),
      ]);
      return { ...blank('package'), project, package: found };
    }
    case 'report': {
      const [project, report] = await Promise.all([
        api.project(route.project, signal),
        reportsApi.get(route.project, route.subject, route.number, search, signal),
      ]);
      return { ...blank('report'), project, report };
    }
    case 'version': {
      const [project, version] = await Promise.all([
        api.project(route.project, signal),
        modelsApi.version(route.project, route.model, route.version, signal),
      ]);
      return { ...blank('version'), project, version };
    }
  }
}

async function loadExperiments(path: string, signal: AbortSignal): Promise<PageData> {
  const [project, experiments] = await Promise.all([
    api.project(path, signal),
    api.experiments(path, {}, signal),
  ]);
  return { ...blank('experiments'), project, experiments };
}

async function loadExperiment(
  path: string,
  iid: number,
  asked: string,
  signal: AbortSignal,
): Promise<PageData> {
  const views = await viewsApi.list(path, iid, signal);
  const search = asked === '' ? defaultSearch(views) : asked;
  if (search !== asked) history.replaceState(history.state, '', location.pathname + search);
  const view = parseView(search);
  const ranked = view.view === 'active' && view.order.length === 0;
  const query: CandidateQuery = {
    experiment: iid,
    filter: view.filter,
    order_by: view.order.map(orderText),
    view: view.view,
    max_results: FIRST_ROWS,
    ranked,
    fold: ranked && (view.rows === 'seeds' || view.rows === 'tree') ? view.rows : '',
    expanded: view.open,
  };
  const [project, experiment, columns, answer] = await Promise.all([
    api.project(path, signal),
    api.experiment(path, iid, signal),
    api.columns(path, iid, signal),
    api.answer(path, iid, signal),
  ]);
  // A filter that the server refuses is the page's to explain; the rows are then those without it.
  const wanted = { ...query, columns: wantedColumns(view.columns, columns.columns) };
  const candidates = await api
    .candidates(path, wanted, signal)
    .catch(() => api.candidates(path, { ...wanted, filter: '', order_by: [] }, signal));
  return { ...blank('experiment'), project, experiment, answer, columns, views, candidates, query };
}

function defaultSearch({ views, default: chosen }: ViewList): string {
  const found = views.find(({ id }) => id === chosen);
  return found === undefined || found.query === '' ? '' : `?${found.query}`;
}
