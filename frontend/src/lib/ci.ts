import type { Ci, CiFact } from '../api/schema';
import type { Subject } from './routes';

export const CI_LABELS: Record<CiFact['kind'], string> = {
  job: 'Job',
  pipeline: 'Pipeline',
  merge_request: 'Merge request',
  sha: 'Commit',
  ref: 'Ref',
  user: 'Triggered by',
  project: 'CI project',
  environment: 'Environment',
  runner: 'Runner',
};

/** Metadata with which a client reports the job that made a candidate. */
export function isCiKey(key: string): boolean {
  return key.startsWith('ci.') || key.startsWith('gitlab.CI_');
}

/** A fact as it is read: commits are cut short, merge requests and people carry their sign. */
export function ciText(fact: Pick<CiFact, 'kind' | 'text'>, system: string): string {
  switch (fact.kind) {
    case 'sha':
      return /^[0-9a-f]{12,}$/i.test(fact.text) ? fact.text.slice(0, 10) : fact.text;
    case 'merge_request':
      return `${system === 'gitlab' ? '!' : '#'}${fact.text}`;
    case 'job':
    case 'pipeline':
      return /^\d+$/.test(fact.text) ? `#${fact.text}` : fact.text;
    default:
      return fact.text;
  }
}

/** The facts of a job by kind, with its system and who vouches for them, as a row of a list has them. */
export function jobFacts(ci: Ci): Record<string, string> {
  const facts = ci.facts.map(({ kind, text }): [string, string] => [kind, text]);
  return { system: ci.system, verified: ci.verified, ...Object.fromEntries(facts) };
}

export interface CiStatus {
  text: string;
  icon: 'check' | 'alert' | 'running' | 'stop' | 'close' | 'clock';
  tone: 'good' | 'bad' | 'busy' | 'warn' | 'quiet';
}

const STATUSES: Record<string, CiStatus> = {
  success: { text: 'Passed', icon: 'check', tone: 'good' },
  failed: { text: 'Failed', icon: 'alert', tone: 'bad' },
  running: { text: 'Running', icon: 'running', tone: 'busy' },
  canceled: { text: 'Canceled', icon: 'stop', tone: 'warn' },
  opened: { text: 'Open', icon: 'clock', tone: 'good' },
  merged: { text: 'Merged', icon: 'check', tone: 'busy' },
  closed: { text: 'Closed', icon: 'close', tone: 'bad' },
};

/** How GitLab's word for the state of a job, pipeline or merge request looks. */
export function ciStatus(status: string): CiStatus {
  const text = status.replaceAll('_', ' ');
  return (
    STATUSES[status] ?? { text: text.charAt(0).toUpperCase() + text.slice(1), icon: 'clock', tone: 'quiet' }
  );
}

/** What has a page of all the candidates that it produced. */
export function reportOf(kind: string): Subject | null {
  return kind === 'pipeline' || kind === 'merge_request' ? kind : null;
}

/** An issuer without the part that is the same for all. */
export function issuerName(issuer: string): string {
  return issuer.replace(/^https?:\/\//, '').replace(/\/+$/, '');
}

/** A pipeline's file that logs with the job's own identity: no secret has to be stored. */
export function gitlabJob(origin: string, projectId: number): string {
  return [
    'train:',
    '  id_tokens:',
    '    MLFLOW_TRACKING_TOKEN:',
    `      aud: ${origin}`,
    '  variables:',
    `    MLFLOW_TRACKING_URI: ${origin}/api/v4/projects/${projectId}/ml/mlflow`,
    '  script: python train.py',
  ].join('\n');
}

export const REPORT_JOB = [
  'import os',
  'import mlflow',
  '',
  'with mlflow.start_run():',
  '    mlflow.set_tag("gitlab.CI_JOB_ID", os.environ["CI_JOB_ID"])',
].join('\n');
