// Calls of the JSON API. Every refusal becomes an ApiError with the server's own words.

import { session } from '../state/session.svelte';
import type * as wire from './schema';

export const PREFIX = '/api/v1';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null,
    readonly position: number | null = null,
  ) {
    super(message);
  }
}

/** What to do when the session has ended; the shell sets it. */
export const hooks = { signedOut: (): void => undefined };

export interface Options {
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** One call of the API below its prefix. */
export function call<T>(method: string, path: string, options: Options = {}): Promise<T> {
  return ask(method, PREFIX + path, options);
}

async function ask<T>(method: string, url: string, options: Options): Promise<T> {
  const response = await request(method, url, options);
  return (await response.json()) as T;
}

/** A call whose answer comes in pieces. */
export async function openStream(
  method: string,
  path: string,
  options: Options,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const { body } = await request(method, PREFIX + path, options);
  return body ?? new ReadableStream();
}

async function request(method: string, url: string, { body, signal }: Options): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET') headers['x-csrf-token'] = session.csrf_token;
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== undefined) init.body = JSON.stringify(body);
  if (signal !== undefined) init.signal = signal;
  const response = await send(url, init);
  if (!response.ok) throw await refusal(response, url);
  return response;
}

/** Uploads the bytes of a file. */
export async function sendFile(path: string, file: Blob): Promise<void> {
  const headers = {
    'content-type': file.type || 'application/octet-stream',
    'x-csrf-token': session.csrf_token,
  };
  const response = await send(PREFIX + path, {
    method: 'PUT',
    headers,
    body: file,
    credentials: 'same-origin',
  });
  if (!response.ok) throw await refusal(response, path);
}

/** As `fetch`, but that no answer at all is an ApiError too. */
export async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === 'AbortError') throw reason;
    throw new ApiError(
      0,
      'UNREACHABLE',
      'The server does not answer. Check that it runs and that you are connected.',
    );
  }
}

/** What the server said of a request that it did not do. */
export async function refusal(response: Response, url: string): Promise<ApiError> {
  const fallback = `The server answered ${response.status}.`;
  const body = (await response.json().catch(() => ({}))) as Partial<wire.ApiErrorBody>;
  if (response.status === 401 && url !== `${PREFIX}/session`) hooks.signedOut();
  return new ApiError(
    response.status,
    body.error_code ?? 'UNKNOWN',
    body.message ?? fallback,
    body.field ?? null,
    body.position ?? null,
  );
}

export const projectUrl = (path: string): string => `/projects/${encodeURIComponent(path)}`;
const experiment = (path: string, iid: number): string => `${projectUrl(path)}/experiments/${iid}`;
const candidate = (path: string, iid: number): string => `${projectUrl(path)}/candidates/${iid}`;

export const api = {
  session: () => call<wire.Session>('GET', '/session'),
  /** `search` is the sign-in page's own query, which may name what went wrong. */
  signInOptions: (search: string, signal?: AbortSignal) =>
    call<wire.SignInOptions>('GET', `/sign-in${search}`, { signal }),
  signIn: (body: wire.SignIn) => call<wire.Session>('POST', '/session', { body }),
  signOut: () => call<wire.Session>('DELETE', '/session'),

  /** The data of a page about people, from the page's own address. */
  page: (url: string, signal?: AbortSignal) => ask<wire.PageData>('GET', url, { signal }),

  projects: (signal?: AbortSignal) => call<wire.ProjectList>('GET', '/projects', { signal }),
  project: (path: string, signal?: AbortSignal) => call<wire.Project>('GET', projectUrl(path), { signal }),

  experiments: (path: string, query: wire.ExperimentQuery, signal?: AbortSignal) =>
    call<wire.ExperimentList>('GET', `${projectUrl(path)}/experiments?${queryText(query)}`, { signal }),
  experiment: (path: string, iid: number, signal?: AbortSignal) =>
    call<wire.Experiment>('GET', experiment(path, iid), { signal }),
  columns: (path: string, iid: number, signal?: AbortSignal) =>
    call<wire.ColumnList>('GET', `${experiment(path, iid)}/columns`, { signal }),
  answer: (path: string, iid: number, signal?: AbortSignal) =>
    call<wire.Answer>('GET', `${experiment(path, iid)}/answer`, { signal }),
  leaders: (path: string, experiments: readonly number[]) =>
    call<wire.LeaderList>('POST', `${projectUrl(path)}/leaders`, { body: { experiments } }),
  setGoal: (path: string, iid: number, goal: Omit<wire.GoalChange, 'experiment'>) =>
    call<wire.Answer>('PUT', `${experiment(path, iid)}/goal`, { body: goal }),
  forgetGoal: (path: string, iid: number) => call<wire.Answer>('DELETE', `${experiment(path, iid)}/goal`),
  createExperiment: (path: string, body: wire.ExperimentCreate) =>
    call<wire.Experiment>('POST', `${projectUrl(path)}/experiments`, { body }),
  changeExperiment: (path: string, iid: number, change: Omit<wire.ExperimentChange, 'experiment'>) =>
    call<wire.Experiment>('PATCH', experiment(path, iid), { body: change }),
  deleteExperiment: (path: string, iid: number) => call<wire.Empty>('DELETE', experiment(path, iid)),
  restoreExperiment: (path: string, iid: number) =>
    call<wire.Experiment>('POST', `${experiment(path, iid)}/restore`, { body: {} }),

  candidates: (path: string, query: wire.CandidateQuery, signal?: AbortSignal) =>
    call<wire.CandidatePage>('POST', `${experiment(path, query.experiment)}/candidates/search`, {
      body: query,
      signal,
    }),
  candidate: (path: string, iid: number, signal?: AbortSignal) =>
    call<wire.Candidate>('GET', candidate(path, iid), { signal }),
  nearest: (path: string, iid: number, signal?: AbortSignal) =>
    call<wire.Neighbourhood>('GET', `${candidate(path, iid)}/nearest`, { signal }),
  changeCandidate: (path: string, iid: number, change: Omit<wire.CandidateEdit, 'candidate'>) =>
    call<wire.Candidate>('PATCH', candidate(path, iid), { body: change }),
  deleteCandidate: (path: string, iid: number) => call<wire.Empty>('DELETE', candidate(path, iid)),
  restoreCandidate: (path: string, iid: number) =>
    call<wire.Candidate>('POST', `${candidate(path, iid)}/restore`, { body: {} }),
  /** Sets or takes away the caller's own star. */
  star: (path: string, iid: number, starred: boolean) =>
    call<wire.Empty>(starred ? 'PUT' : 'DELETE', `${candidate(path, iid)}/star`, { body: {} }),
  curves: (path: string, query: wire.CurveQuery, signal?: AbortSignal) =>
    call<wire.CurveList>('POST', `${projectUrl(path)}/curves`, { body: query, signal }),
  chart: (path: string, query: wire.ChartQuery, signal?: AbortSignal) =>
    call<wire.Chart>('POST', `${experiment(path, query.experiment)}/charts`, { body: query, signal }),
  bands: (path: string, query: wire.BandQuery, signal?: AbortSignal) =>
    call<wire.BandList>('POST', `${projectUrl(path)}/bands`, { body: query, signal }),
  compare: (path: string, candidates: number[], signal?: AbortSignal) =>
    call<wire.Comparison>('POST', `${projectUrl(path)}/compare`, { body: { candidates }, signal }),
  comparedTables: (path: string, query: wire.TablesQuery, signal?: AbortSignal) =>
    call<wire.ComparedTables>('POST', `${projectUrl(path)}/compare/tables`, { body: query, signal }),
};

/** The address at which the server gives a chart as a file: `history.svg` with its query string. */
export function chartFileUrl(path: string, iid: number, file: string, search: string): string {
  return `${PREFIX}${experiment(path, iid)}/charts/${file}${search}`;
}

/** The address at which the server gives curves as a file: `svg`, `png` or `csv`, with its query string. */
export function curvesFileUrl(path: string, suffix: string, search: string): string {
  return `${PREFIX}${projectUrl(path)}/curves.${suffix}${search}`;
}

/** The address at which the server gives compared tables as a file: `svg`, `png` or `csv`, with its query string. */
export function tablesFileUrl(path: string, suffix: string, search: string): string {
  return `${PREFIX}${projectUrl(path)}/tables.${suffix}${search}`;
}

/** The address at which the server gives a comparison as a file: `svg`, `png`, `csv` or `md`. */
export function comparisonFileUrl(path: string, suffix: string, candidates: readonly number[]): string {
  return `${PREFIX}${projectUrl(path)}/compare.${suffix}?candidates=${candidates.join('.')}`;
}

/** The address at which the server gives pictures of candidates as a file: `svg`, `png` or `csv`, with its query. */
export function picturesFileUrl(path: string, suffix: string, search: string): string {
  return `${PREFIX}${projectUrl(path)}/pictures.${suffix}${search}`;
}

/** The address of the stream that says what changes in experiments. */
export function eventsUrl(path: string, experiments: readonly number[] | null): string {
  return `${PREFIX}${projectUrl(path)}/events?experiments=${experiments?.join('.') ?? 'all'}`;
}

export function queryText(query: object): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  return given.toString();
}
