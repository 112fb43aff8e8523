// The JSON of the API, one interface per schema of its OpenAPI document.
// Written by script/browser_types.py; change the server's structs instead.

export type Value = number | '-Infinity' | 'Infinity' | 'NaN';

export interface AccessToken {
  id: number;
  kind: string;
  name: string;
  description: string;
  scopes: string[];
  role: string | null;
  username: string;
  created_at: number;
  expires_at: number | null;
  last_used_at: number | null;
  revoked_at: number | null;
  active: boolean;
  secret: string | null;
}

export interface AccessTokenList {
  tokens: AccessToken[];
}

export interface Account {
  id: number;
  username: string;
  name: string;
  email: string | null;
  administrator: boolean;
  bot: boolean;
  state: string;
  created_at: number;
  second_factor: boolean;
}

export interface AccountAdminChange {
  user: number;
  name?: string | null;
  email?: string | null;
  administrator?: boolean | null;
  password?: string | null;
}

export interface AccountChange {
  name?: string | null;
  email?: string | null;
}

export interface AccountCreate {
  username: string;
  name?: string;
  email?: string | null;
  password?: string | null;
  administrator?: boolean;
}

export interface AccountList {
  users: Account[];
  total: number;
}

export interface AccountMade {
  user: Account;
  password: string | null;
}

export interface AccountPath {
  user: number;
}

export interface AccountQuery {
  search?: string;
  state?: '' | 'active' | 'blocked' | 'deleted';
  administrators?: boolean;
  page?: number;
}

export interface Answer {
  sentence: string;
  goal: Goal | null;
  best: Score | null;
  runner_up: Score | null;
  baseline: Score | null;
  lead: number | null;
  group: Group | null;
  within_noise: boolean | null;
  ranked: number;
  running: number;
  failed: number;
  not_finite: number;
  infeasible: number;
  no_value: number;
  front: number | null;
}

export interface ApiErrorBody {
  error_code: string;
  message: string;
  error?: string;
  field?: string;
  position?: number;
}

export interface AuditEvent {
  id: number;
  created_at: number;
  username: string;
  credential: string;
  token_id: number | null;
  address: string;
  action: string;
  target_type: string;
  target: string;
  details: Record<string, unknown>;
}

export interface AuditEventList {
  events: AuditEvent[];
  total: number;
}

export interface AuditQuery {
  since?: number | null;
  until?: number | null;
  action?: string;
  username?: string;
  page?: number;
}

export interface Band {
  params: Record<string, string>;
  candidates: number[];
  left_out: number[];
  x: number[];
  mean: Value[];
  deviation: (number | null)[];
  n: number[];
}

export interface BandList {
  bands: Band[];
}

export interface BandQuery {
  candidates: number[];
  key: string;
  points?: number;
  start?: number | null;
  end?: number | null;
  by?: string[];
}

export interface BrowserSession {
  id: number;
  created_at: number;
  last_seen_at: number;
  expires_at: number;
  user_agent: string;
  address: string;
  current: boolean;
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
  place: Place | null;
  versions: VersionLink[];
  ci: Ci | null;
  starred: boolean;
  models: LoggedModel[];
}

export interface CandidateChange {
  candidate: number;
  name?: string | null;
  note?: string | null;
  metadata?: Record<string, string | null>;
}

export interface CandidateChoice {
  candidates: number[];
}

export interface CandidateCreate {
  experiment: number;
  name: string;
  note?: string;
  status?: 'failed' | 'finished' | 'killed' | 'running' | 'scheduled';
  start_time?: number | null;
  end_time?: number | null;
  params?: Record<string, string>;
  metrics?: MetricPoint[];
  metadata?: Record<string, string>;
  parent?: number | null;
}

export interface CandidateEdit {
  candidate: number;
  name?: string | null;
  note?: string | null;
  metadata?: Record<string, string | null>;
  status?: 'failed' | 'finished' | 'killed' | 'running' | 'scheduled' | null;
  params?: Record<string, string | null>;
  metrics?: MetricPoint[];
}

export interface CandidateEdited {
  before: CandidateChange[];
}

export interface CandidateEdits {
  changes: CandidateChange[];
}

export interface CandidateLink {
  iid: number;
  name: string;
  status: string;
}

export interface CandidateMove {
  candidates: number[];
  experiment: number;
}

export interface CandidatePage {
  candidates: CandidateRow[];
  total: number;
  next_page_token: string | null;
  baseline: CandidateRow | null;
  snapshot: string | null;
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
  ranked?: boolean;
  start?: number;
  snapshot?: string;
  fold?: '' | 'seeds' | 'tree';
  expanded?: number[];
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
  note: string;
  standing: Standing | null;
  starred: boolean;
  ci: Record<string, string>;
  depth: number;
  below: number;
  group: SeedRow | null;
}

export interface CandidateStars {
  candidates: number[];
  starred: boolean;
}

export interface CandidatesFrom {
  experiment: number;
  candidates: number[];
}

export interface CandidatesMoved {
  before: CandidatesFrom[];
}

export interface Chart {
  kind: 'contour' | 'correlation' | 'history' | 'importance' | 'parallel' | 'pareto' | 'scatter';
  title: string;
  summary: string;
  method: string;
  columns: ChartColumn[];
  marks: ChartMark[];
  omitted: number;
}

export interface ChartColumn {
  label: string;
  field: string;
  log: boolean;
  low: boolean;
  categories: string[] | null;
  values: (number | string | null)[];
}

export interface ChartMark {
  iid: number;
  name: string;
  found: boolean;
  special: boolean;
  unranked: 'failed' | 'infeasible' | 'no_value' | 'not_finite' | 'running' | null;
}

export interface ChartQuery {
  experiment: number;
  kind: 'contour' | 'correlation' | 'history' | 'importance' | 'parallel' | 'pareto' | 'scatter';
  filter?: string;
  x?: string;
  y?: string;
  colour?: string;
  axes?: string[];
}

export interface Ci {
  system: string;
  system_title: string;
  verified: 'no' | 'partly' | 'yes';
  issuer: string;
  recorded_at: number;
  facts: CiFact[];
  looked_up_at: number | null;
  fault: string;
}

export interface CiFact {
  kind: 'environment' | 'job' | 'merge_request' | 'pipeline' | 'project' | 'ref' | 'runner' | 'sha' | 'user';
  text: string;
  title: string;
  url: string;
  verified: boolean;
  status: string;
  seconds: number | null;
  by: string;
  avatar: string;
}

export interface Code {
  code: string;
}

export interface Column {
  kind: 'ci' | 'metadata' | 'metric' | 'param';
  key: string;
  candidates: number;
  distinct: number;
  influence: number;
}

export interface ColumnList {
  columns: Column[];
}

export interface CommentDone {
  renewed: boolean;
}

export interface CommentRequest {
  number: string;
  ci_project?: string;
  target?: string;
}

export interface CompareQuery {
  candidates: number[];
}

export interface ComparedCandidate {
  iid: number;
  name: string;
  status: string;
  start_time: number;
  end_time: number | null;
  created_by: string;
  deleted: boolean;
  experiment: number;
  rank: number | null;
  unranked: 'failed' | 'infeasible' | 'no_value' | 'not_finite' | 'running' | null;
}

export interface ComparedExperiment {
  iid: number;
  name: string;
}

export interface ComparedMetric {
  key: string;
  direction: 'maximize' | 'minimize' | null;
  cells: MetricCell[];
  best: number | null;
}

export interface ComparedTables {
  title: string;
  summary: string;
  kind: 'histograms' | 'matrices' | 'tables';
  numeric: string[];
  edges: number[];
  panels: TablePanel[];
}

export interface ComparedText {
  key: string;
  values: (string | null)[];
  same: boolean;
}

export interface Comparison {
  verdict: string;
  answer: Answer;
  experiments: ComparedExperiment[];
  candidates: ComparedCandidate[];
  metrics: ComparedMetric[];
  omitted: number;
  params: ComparedText[];
  metadata: ComparedText[];
  datasets: ComparedText[];
  code: ComparedText[];
  code_url: string | null;
  environment: ComparedText[];
  images: LoggedImage[];
  diffs: DiffFile[];
  tables: TableFile[];
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
  axis?: 'metric' | 'relative' | 'step' | 'wall';
  start?: number | null;
  end?: number | null;
  x_key?: string | null;
  minus?: number | null;
}

export interface Dataset {
  name: string;
  digest: string;
  context: string | null;
  source_type: string;
}

export interface DefaultView {
  experiment: number;
  view?: number | null;
}

export interface DiffFile {
  candidate: number;
  path: string;
}

export interface Difference {
  key: string;
  here: string | null;
  there: string | null;
}

export type Done = Record<string, never>;

export interface Doomed {
  iid: number;
  experiment_iid: number;
  name: string;
  ended_at: number;
}

export type Empty = Record<string, never>;

export interface Ended {
  ended: number;
}

export interface Ending {
  last_step: number;
  odd_step: number | null;
  has_nan: boolean;
  has_infinity: boolean;
}

export interface Enrolment {
  secret: string;
  uri: string;
  qr: string;
}

export interface Envelope {
  payloadType: string;
  payload: string;
  signatures: Signature[];
}

export interface EverywhereQuery {
  text: string;
  limit?: number;
}

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
  sort?: 'activity' | 'name' | 'newest';
  page_token?: string;
  max_results?: number;
}

export interface ExportQuery {
  experiment: number;
  filter?: string;
  order_by?: string[];
  view?: 'active' | 'all' | 'deleted';
  columns?: string[] | null;
  ranked?: boolean;
}

export interface FieldValue {
  value: string;
  candidates: number;
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

export interface Found {
  candidates: FoundCandidate[];
  experiments: FoundExperiment[];
  models: FoundModel[];
  files: FoundFile[];
}

export interface FoundCandidate {
  iid: number;
  name: string;
  status: string;
  experiment: string;
}

export interface FoundExperiment {
  iid: number;
  name: string;
}

export interface FoundFile {
  path: string;
  size: number;
  package: number;
  name: string;
  version: string;
}

export interface FoundModel {
  iid: number;
  name: string;
}

export interface Goal {
  metric: string;
  direction: 'maximize' | 'minimize';
  reduction: 'best' | 'last' | 'mean_last';
  last: number;
  constraints: string;
  baseline: number | null;
  confirmed: boolean;
  second: Second | null;
}

export interface GoalChange {
  experiment: number;
  metric: string;
  direction: 'maximize' | 'minimize';
  reduction?: 'best' | 'last' | 'mean_last';
  last?: number;
  constraints?: string;
  baseline?: number | null;
  second?: Second | null;
}

export interface Group {
  params: Record<string, string>;
  candidates: number[];
  mean: number;
  deviation: number | null;
}

export interface GroupChange {
  path?: string | null;
  name?: string | null;
  description?: string | null;
  visibility?: 'internal' | 'private' | 'public' | null;
}

export interface GroupCreate {
  path: string;
  name?: string;
  description?: string;
  visibility?: 'internal' | 'private' | 'public' | null;
  parent?: string;
}

export interface GroupItem {
  id: number;
  path: string;
  full_path: string;
  name: string;
  description: string;
  visibility: string;
  role: string | null;
  rights: string[];
  created_at: number;
  deleted_at: number | null;
  purged_at: number | null;
}

export interface GroupItemList {
  groups: GroupItem[];
  total: number;
}

export interface GroupQuery {
  search?: string;
  owned?: boolean;
  deleted?: boolean;
  page?: number;
}

export interface Identity {
  id: number;
  provider: string;
  shown: string;
  created_at: number;
  last_used_at: number | null;
  only_way: boolean;
}

export interface IdentityPath {
  identity: number;
}

export interface ImportColumn {
  header: string;
  target: ImportTarget;
  filled: number;
}

export interface ImportFault {
  line: number;
  message: string;
  column: number | null;
  header: string;
}

export interface ImportLine {
  line: number;
  cells: string[];
}

export interface ImportPreview {
  delimiter: string;
  columns: ImportColumn[];
  lines: ImportLine[];
  rows: number;
  present: number;
  faults: ImportFault[];
  fault_count: number;
}

export interface ImportProgress {
  done: number;
  rows: number;
  created: number[];
  present: number;
  error: string | null;
}

export interface ImportQuery {
  experiment: number;
  text: string;
  targets?: ImportTarget[];
}

export interface ImportRequest {
  experiment: number;
  text: string;
  targets?: ImportTarget[];
  file_name?: string;
}

export interface ImportTarget {
  role: 'end_time' | 'ignored' | 'metadata' | 'metric' | 'name' | 'note' | 'param' | 'start_time' | 'status';
  key?: string;
}

export interface InstanceSettings {
  sign_up: boolean;
  default_project_visibility: 'internal' | 'private' | 'public';
  default_group_visibility: 'internal' | 'private' | 'public';
  restricted_visibilities: ('internal' | 'private' | 'public')[];
  default_least_writing_role: 'developer' | 'maintainer' | 'owner' | 'reporter';
  max_file_bytes: number | null;
  max_generic_file_bytes: number | null;
  project_size_limit: number | null;
  environment_max_file_bytes: number;
  environment_max_generic_file_bytes: number;
}

export interface InstanceSettingsChange {
  sign_up?: boolean | null;
  default_project_visibility?: 'internal' | 'private' | 'public' | null;
  default_group_visibility?: 'internal' | 'private' | 'public' | null;
  restricted_visibilities?: ('internal' | 'private' | 'public')[] | null;
  default_least_writing_role?: 'developer' | 'maintainer' | 'owner' | 'reporter' | null;
  max_file_bytes?: number | null;
  max_generic_file_bytes?: number | null;
  project_size_limit?: number | null;
}

export interface KeySet {
  keys: PublicKey[];
}

export interface KeyValue {
  key: string;
  value: string;
}

export interface Leader {
  experiment: number;
  goal: Goal;
  by: string;
  best: Score | null;
  other: Score | null;
  lead: number | null;
  best_so_far: number[];
}

export interface LeaderList {
  leaders: Leader[];
}

export interface LeaderQuery {
  experiments: number[];
}

export interface Leave {
  url: string;
}

export interface LinkBegin {
  provider: string;
}

export interface LoggedImage {
  candidate: number;
  series: string;
  step: number | null;
  path: string;
}

export interface LoggedMetric {
  key: string;
  value: Value;
  dataset: string;
}

export interface LoggedModel {
  external_id: string;
  name: string;
  type: string;
  status: 'failed' | 'pending' | 'ready';
  step: number | null;
  package: number | null;
  metrics: LoggedMetric[];
}

export interface Member {
  id: number;
  username: string;
  name: string;
  role: string;
  created_at: number;
  expires_at: number | null;
  inherited_from: string;
  bot: boolean;
}

export interface MemberAdd {
  user: string;
  role: 'developer' | 'guest' | 'maintainer' | 'owner' | 'planner' | 'reporter';
  expires_at?: number | null;
}

export interface MemberChange {
  user: number;
  role: 'developer' | 'guest' | 'maintainer' | 'owner' | 'planner' | 'reporter';
  expires_at?: number | null;
}

export interface MemberList {
  members: Member[];
}

export interface MemberPath {
  user: number;
}

export interface MetricCell {
  value: number | '-Infinity' | 'Infinity' | 'NaN' | null;
  step: number | null;
  last: number | '-Infinity' | 'Infinity' | 'NaN' | null;
  delta: number | null;
  better: boolean | null;
}

export interface MetricPoint {
  key: string;
  value: Value;
  step?: number;
}

export interface Model {
  iid: number;
  name: string;
  description: string;
  created_at: number;
  updated_at: number;
  created_by: string | null;
  versions: number;
  latest: VersionLink | null;
  aliased: VersionLink[];
}

export interface ModelChange {
  model: number;
  name?: string | null;
  description?: string | null;
  metadata?: Record<string, string | null>;
}

export interface ModelCreate {
  name: string;
  description?: string;
}

export interface ModelList {
  models: Model[];
  next_page_token: string | null;
}

export interface ModelPage {
  model: Model;
  metadata: KeyValue[];
  versions: VersionRow[];
  truncated: boolean;
}

export interface ModelPath {
  model: number;
}

export interface ModelQuery {
  search?: string;
  page_token?: string;
  max_results?: number;
}

export interface NamespaceItem {
  kind: string;
  full_path: string;
  name: string;
}

export interface NamespaceList {
  namespaces: NamespaceItem[];
}

export interface Neighbour {
  iid: number;
  name: string;
  status: string;
  differences: Difference[];
  score: Score | null;
  rank: number | null;
}

export interface Neighbourhood {
  by: string | null;
  lower_is_better: boolean;
  score: Score | null;
  neighbours: Neighbour[];
}

export interface Package {
  id: number;
  type: 'generic' | 'ml_model';
  name: string;
  version: string;
  hidden: boolean;
  created_at: number;
  created_by: string | null;
  downloaded_at: number | null;
  files: number;
  size: number;
}

export interface PackageList {
  packages: Package[];
  total: number;
  kept: number;
  limit: number | null;
}

export interface PackagePage {
  package: Package;
  files: File[];
  files_truncated: boolean;
  closed: boolean;
  versions: Package[];
  candidate: CandidateLink | null;
  model_version: VersionLink | null;
  ci: Ci | null;
}

export interface PackagePath {
  package: number;
}

export interface PackageQuery {
  search?: string;
  type?: 'generic' | 'ml_model' | null;
  page?: number;
}

export interface PackageSettings {
  duplicates_allowed: boolean;
  duplicate_exceptions: string;
  size_limit: number | null;
}

export interface PackageSettingsChange {
  duplicates_allowed?: boolean | null;
  duplicate_exceptions?: string | null;
}

export interface PageData {
  page: string;
  session: Session;
  project: Project | null;
  projects: ProjectList | null;
  experiments: ExperimentList | null;
  experiment: Experiment | null;
  answer: Answer | null;
  columns: ColumnList | null;
  views: ViewList | null;
  candidates: CandidatePage | null;
  candidate: Candidate | null;
  comparison: Comparison | null;
  models: ModelList | null;
  model: ModelPage | null;
  version: Version | null;
  packages: PackageList | null;
  package: PackagePage | null;
  report: Report | null;
  query: CandidateQuery | null;
  sign_in: SignInOptions | null;
  people: PeopleData | null;
}

export interface PasswordAgain {
  current_password: string;
}

export interface PasswordChange {
  current_password: string;
  new_password: string;
}

export interface PeopleData {
  account: Account | null;
  sign_in_methods: SignInMethods | null;
  sessions: SessionList | null;
  tokens: AccessTokenList | null;
  deploy_tokens: AccessTokenList | null;
  members: MemberList | null;
  settings: ProjectSettings | null;
  namespaces: NamespaceList | null;
  group: GroupItem | null;
  groups: GroupItemList | null;
  events: AuditEventList | null;
  accounts: AccountList | null;
  instance: InstanceSettings | null;
  visibilities: VisibilityRules | null;
  publishers: PublisherList | null;
  package_settings: PackageSettings | null;
  retention: Rule | null;
}

export interface Person {
  id: number;
  username: string;
  name: string;
}

export interface PersonList {
  users: Person[];
}

export interface PersonQuery {
  search?: string;
}

export interface Place {
  rank: number | null;
  of: number;
  by: string;
  metric: string;
  lower_is_better: boolean;
}

export interface PlaceTokenCreate {
  name: string;
  scopes: ('api' | 'read_api' | 'read_package_registry' | 'write_package_registry')[];
  expires_at?: number | null;
  description?: string;
  role?: 'developer' | 'guest' | 'maintainer' | 'owner' | 'planner' | 'reporter';
}

export interface Plan {
  deleted: Doomed[];
  going: number;
  kept_best: number;
  kept_promoted: number;
  kept_starred: number;
  kept_marked: number;
}

export interface Project {
  id: number;
  full_path: string;
  name: string;
  description: string;
  visibility: string;
  role: string | null;
  can_write: boolean;
  rights: string[];
  archived: boolean;
  deleted_at: number | null;
  experiments: number;
  candidates: number;
  last_activity_at: number | null;
}

export interface ProjectCreate {
  path: string;
  name?: string;
  description?: string;
  visibility?: 'internal' | 'private' | 'public' | null;
  namespace?: string;
}

export interface ProjectList {
  projects: Project[];
}

export interface ProjectQuery {
  deleted?: boolean;
}

export interface ProjectSettings {
  id: number;
  path: string;
  full_path: string;
  name: string;
  description: string;
  visibility: string;
  model_experiments_access: string;
  model_registry_access: string;
  package_registry_access: string;
  least_writing_role: string;
  archived: boolean;
  role: string | null;
  created_at: number;
  deleted_at: number | null;
  purged_at: number | null;
}

export interface ProjectSettingsChange {
  path?: string | null;
  name?: string | null;
  description?: string | null;
  visibility?: 'internal' | 'private' | 'public' | null;
  model_experiments_access?: 'disabled' | 'private' | 'public' | null;
  model_registry_access?: 'disabled' | 'private' | 'public' | null;
  package_registry_access?: 'disabled' | 'private' | 'public' | null;
  least_writing_role?: 'developer' | 'maintainer' | 'owner' | 'reporter' | null;
}

export interface PublicKey {
  kid: string;
  x: string;
  kty: string;
  crv: string;
  use: string;
  alg: string;
}

export interface PublisherCreate {
  issuer: string;
  ci_project: string;
  system?: string;
  ref?: string;
  environment?: string;
  role?: 'developer' | 'maintainer' | 'reporter';
  ci_project_id?: string;
}

export interface PublisherItem {
  id: number;
  system: string;
  issuer: string;
  ci_project: string;
  ci_project_id: string;
  ref: string;
  environment: string;
  role: 'developer' | 'maintainer' | 'reporter';
  created_at: number;
  created_by: string | null;
  last_used_at: number | null;
}

export interface PublisherList {
  publishers: PublisherItem[];
  issuers: string[];
  audience: string;
}

export interface PublisherPath {
  publisher: number;
}

export interface Purge {
  full_path: string;
}

export interface RecoveryCodes {
  codes: string[];
}

export interface Report {
  subject: 'merge_request' | 'pipeline';
  number: string;
  ci_project: string;
  target: string;
  title: string;
  ci: Ci | null;
  projects: string[];
  related: string[];
  experiments: ReportExperiment[];
  markdown: string;
}

export interface ReportExperiment {
  iid: number;
  name: string;
  metric: string;
  goal: string;
  ranked: number;
  produced: ReportRow[];
  target: ReportRow | null;
}

export interface ReportQuery {
  number: string;
  ci_project?: string;
  target?: string;
}

export interface ReportRow {
  iid: number;
  name: string;
  rank: number | null;
  unranked: string | null;
  value: number | '-Infinity' | 'Infinity' | 'NaN' | null;
  delta: number | null;
  ci: Ci;
}

export interface Retention {
  rule: Rule | null;
  plan: Plan;
}

export interface RetentionChange {
  rule: Rule | null;
}

export interface RetentionTrial {
  rule: Rule;
}

export interface Rule {
  delete_after_days: number;
  keep_best?: number;
  keep_promoted?: boolean;
  keep_starred?: boolean;
}

export interface SavedView {
  id: number;
  name: string;
  query: string;
  shared: boolean;
}

export interface Score {
  iid: number;
  name: string;
  value: number | '-Infinity' | 'Infinity' | 'NaN' | null;
  step: number | null;
  unranked: 'failed' | 'infeasible' | 'no_value' | 'not_finite' | 'running' | null;
}

export interface Second {
  metric: string;
  direction: 'maximize' | 'minimize';
}

export interface SecondFactor {
  since: number | null;
  recovery_codes: number;
}

export interface SeedRow {
  candidates: number[];
  n: number;
  deviations: Record<string, number>;
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
  odd_step: number | null;
}

export interface Session {
  user: User | null;
  csrf_token: string;
  version: string;
}

export interface SessionList {
  sessions: BrowserSession[];
}

export interface SessionPath {
  session_id: number;
}

export interface SignIn {
  login: string;
  password: string;
  code?: string;
}

export interface SignInMethods {
  password: boolean;
  second_factor: SecondFactor;
  identities: Identity[];
  providers: SignInProvider[];
  problem: string;
}

export interface SignInOptions {
  providers: SignInProvider[];
  problem: string;
}

export interface SignInProvider {
  name: string;
  label: string;
}

export interface SignInQuery {
  problem?: string;
  provider?: string;
}

export interface SignUp {
  username: string;
  password: string;
  name?: string;
  email?: string | null;
}

export interface SignUpState {
  open: boolean;
}

export interface Signature {
  keyid: string;
  sig: string;
}

export interface SignedUp {
  username: string;
}

export interface Source {
  source: string;
  kind: 'everything' | 'folder' | 'logged_model';
  name: string;
  files: number;
  size: number;
}

export interface SourceList {
  sources: Source[];
}

export interface Standing {
  rank: number | null;
  value: number | '-Infinity' | 'Infinity' | 'NaN' | null;
  step: number | null;
  unranked: 'failed' | 'infeasible' | 'no_value' | 'not_finite' | 'running' | null;
  at_step: Record<string, Value>;
  ending: Ending | null;
  pareto: boolean;
}

export interface TableFile {
  candidate: number;
  path: string;
}

export interface TableMatrix {
  rows: string;
  labels: string[];
  values: number[][];
}

export interface TablePanel {
  candidate: number;
  name: string;
  summary: string;
  columns: string[];
  rows: string[][];
  omitted: number;
  matrix: TableMatrix | null;
  counts: number[];
}

export interface TablesQuery {
  candidates: number[];
  path: string;
  column?: string;
}

export interface TokenCreate {
  name: string;
  scopes: ('api' | 'read_api' | 'read_package_registry' | 'write_package_registry')[];
  expires_at?: number | null;
  description?: string;
}

export interface TokenPath {
  token_id: number;
}

export interface TokenRotate {
  token_id: number;
  expires_at?: number | null;
}

export interface Transfer {
  namespace: string;
}

export interface User {
  id: number;
  username: string;
  name: string;
  administrator: boolean;
}

export interface ValueList {
  values: FieldValue[];
  low: number | null;
  high: number | null;
}

export interface ValueQuery {
  experiment: number;
  field: string;
  part?: string;
  limit?: number;
}

export interface Version {
  model: number;
  name: string;
  number: number;
  version: string;
  description: string;
  stage: 'archived' | 'none' | 'production' | 'staging';
  aliases: string[];
  metadata: KeyValue[];
  source: string;
  location: string;
  kept: 'candidate' | 'elsewhere' | 'logged_model' | 'version';
  run_id: string;
  run_link: string;
  logged_model: string;
  created_at: number;
  updated_at: number;
  created_by: string | null;
  candidate: VersionCandidate | null;
  files: File[];
  files_truncated: boolean;
}

export interface VersionCandidate {
  iid: number;
  external_id: string;
  name: string;
  status: string;
  deleted: boolean;
  experiment: CandidateLink;
  metrics: Series[];
  params: KeyValue[];
  ci: Ci | null;
}

export interface VersionChange {
  model: number;
  version: number;
  description?: string | null;
  stage?: 'archived' | 'none' | 'production' | 'staging' | null;
  aliases?: string[] | null;
  metadata?: Record<string, string | null>;
}

export interface VersionCreate {
  model: number;
  candidate?: number | null;
  source?: string;
  version?: string;
  description?: string;
  aliases?: string[];
  metadata?: Record<string, string>;
}

export interface VersionLink {
  model: number;
  name: string;
  number: number;
  version: string;
  aliases: string[];
}

export interface VersionPath {
  model: number;
  version: number;
}

export interface VersionRow {
  number: number;
  version: string;
  description: string;
  stage: 'archived' | 'none' | 'production' | 'staging';
  aliases: string[];
  created_at: number;
  created_by: string | null;
  candidate: CandidateLink | null;
  metrics: Record<string, Value>;
  ci: Record<string, string>;
}

export interface ViewChange {
  experiment: number;
  view: number;
  name?: string | null;
  query?: string | null;
}

export interface ViewCreate {
  experiment: number;
  name: string;
  query: string;
}

export interface ViewList {
  views: SavedView[];
  default: number | null;
}

export interface ViewPath {
  experiment: number;
  view: number;
}

export interface VisibilityRules {
  default_project: 'internal' | 'private' | 'public';
  default_group: 'internal' | 'private' | 'public';
  restricted: ('internal' | 'private' | 'public')[];
}
