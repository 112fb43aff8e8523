// The JSON of the API, one interface per schema of its OpenAPI document.
// Written by script/browser_types.py; change the server's structs instead.

export type Value = number | '-Infinity' | 'Infinity' | 'NaN';

export interface ApiErrorBody {
  error_code: string;
  message: string;
  field?: string;
  position?: number;
}

export interface Candidate {
  iid: number;
  external_id: string;
  name: string;
  note: string;
  status: string;
  start_time: number;
  end_time: number | null;
  created_by: string;
  created_at: number;
  deleted: boolean;
  experiment: CandidateLink | null;
  parent: CandidateLink | null;
  children: CandidateLink[];
  metrics: Series[];
  params: KeyValue[];
  metadata: KeyValue[];
  datasets: Dataset[];
  files: File[];
  files_truncated: boolean;
}

export interface CandidateChange {
  candidate: number;
  name?: string | null;
  note?: string | null;
  metadata?: Record<string, string | null>;
}

export interface CandidateLink {
  iid: number;
  name: string;
  status: string;
}

export interface CandidatePage {
  candidates: CandidateRow[];
  total: number;
  next_page_token: string | null;
}

export interface CandidatePath {
  candidate: number;
}

export interface CandidateQuery {
  experiment: number;
  filter?: string;
  order_by?: string[];
  view?: 'active' | 'all' | 'deleted';
  page_token?: string;
  max_results?: number;
  columns?: string[] | null;
}

export interface CandidateRow {
  iid: number;
  external_id: string;
  name: string;
  status: 'failed' | 'finished' | 'killed' | 'running' | 'scheduled';
  start_time: number;
  end_time: number | null;
  created_by: string;
  parent: string | null;
  deleted: boolean;
  metrics: Record<string, Value>;
  params: Record<string, string>;
  metadata: Record<string, string>;
}

export interface Column {
  kind: 'metadata' | 'metric' | 'param';
  key: string;
  candidates: number;
  distinct: number;
}

export interface ColumnList {
  columns: Column[];
}

export interface Curve {
  candidate: number;
  key: string;
  x: number[];
  y: Value[];
  count: number;
}

export interface CurveList {
  curves: Curve[];
}

export interface CurveQuery {
  candidates: number[];
  keys: string[];
  points?: number;
  axis?: 'relative' | 'step' | 'wall';
  start?: number | null;
  end?: number | null;
}

export interface Dataset {
  name: string;
  digest: string;
  context: string | null;
  source_type: string;
}

export type Empty = Record<string, never>;

export interface Experiment {
  iid: number;
  name: string;
  note: string;
  created_at: number;
  updated_at: number;
  created_by: string | null;
  deleted: boolean;
  candidates: number;
  running: number;
  failed: number;
  last_activity_at: number;
}

export interface ExperimentChange {
  experiment: number;
  name?: string | null;
  note?: string | null;
}

export interface ExperimentCreate {
  name: string;
  note?: string;
}

export interface ExperimentList {
  experiments: Experiment[];
  next_page_token: string | null;
}

export interface ExperimentPath {
  experiment: number;
}

export interface ExperimentQuery {
  search?: string;
  view?: 'active' | 'all' | 'deleted';
  page_token?: string;
  max_results?: number;
}

export interface File {
  path: string;
  size: number;
  sha256: string;
  content_type: string;
  created_at: number;
}

export interface FileList {
  files: File[];
  truncated: boolean;
}

export interface KeyValue {
  key: string;
  value: string;
}

export interface PageData {
  page: string;
  session: Session;
  project: Project | null;
  projects: ProjectList | null;
  experiments: ExperimentList | null;
  experiment: Experiment | null;
  columns: ColumnList | null;
  candidates: CandidatePage | null;
  candidate: Candidate | null;
  query: CandidateQuery | null;
}

export interface Project {
  id: number;
  full_path: string;
  name: string;
  description: string;
  visibility: string;
  role: string | null;
  can_write: boolean;
  experiments: number;
  candidates: number;
  last_activity_at: number | null;
}

export interface ProjectCreate {
  path: string;
  name?: string;
  description?: string;
  visibility?: 'internal' | 'private' | 'public';
}

export interface ProjectList {
  projects: Project[];
}

export interface Series {
  key: string;
  count: number;
  last: Value;
  last_step: number;
  last_timestamp: number;
  minimum: number | null;
  minimum_step: number | null;
  maximum: number | null;
  maximum_step: number | null;
  has_nan: boolean;
  has_infinity: boolean;
}

export interface Session {
  user: User | null;
  csrf_token: string;
  version: string;
}

export interface SignIn {
  login: string;
  password: string;
}

export interface User {
  id: number;
  username: string;
  name: string;
  administrator: boolean;
}
