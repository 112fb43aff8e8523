// What the form of trusted publishers says about each CI system.

export interface CiSystem {
  value: string;
  text: string;
  /** Who issues its tokens, where that is always the same. */
  issuer: string;
  project: string;
  example: string;
  refs: boolean;
  environments: boolean;
}

export const CI_SYSTEMS: readonly CiSystem[] = [
  {
    value: 'gitlab',
    text: 'GitLab CI',
    issuer: 'https://gitlab.com',
    project: 'GitLab project',
    example: 'group/project',
    refs: true,
    environments: true,
  },
  {
    value: 'github',
    text: 'GitHub Actions',
    issuer: 'https://token.actions.githubusercontent.com',
    project: 'Repository',
    example: 'owner/repository',
    refs: true,
    environments: true,
  },
  {
    value: 'buildkite',
    text: 'Buildkite',
    issuer: 'https://agent.buildkite.com',
    project: 'Pipeline',
    example: 'organization/pipeline',
    refs: true,
    environments: false,
  },
  {
    value: 'circleci',
    text: 'CircleCI',
    issuer: '',
    project: 'Project id',
    example: '8 hexadecimal digits, and so on',
    refs: true,
    environments: false,
  },
  {
    value: 'generic',
    text: 'OpenID Connect',
    issuer: '',
    project: 'Subject',
    example: 'the whole subject of the token',
    refs: false,
    environments: false,
  },
];

export function ciSystem(value: string): CiSystem | undefined {
  return CI_SYSTEMS.find((item) => item.value === value);
}

/** The system that publishes an issuer; GitLab for one that is nobody's in particular, as instances of it are. */
export function systemOf(issuer: string): string {
  if (issuer.startsWith('https://oidc.circleci.com/')) return 'circleci';
  return CI_SYSTEMS.find((item) => item.issuer === issuer)?.value ?? 'gitlab';
}

/** What a job of the system needs so that it logs without a stored secret. */
export function jobLines(system: string, trackingUri: string, audience: string): string {
  if (system === 'github')
    return [
      'permissions:',
      '  id-token: write',
      'env:',
      `  MLFLOW_TRACKING_URI: ${trackingUri}`,
      'steps:',
      '  - run: |',
      '      token=$(curl -sS -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\',
      `        "$ACTIONS_ID_TOKEN_REQUEST_URL&audience=${audience}" | jq -r .value)`,
      '      echo "::add-mask::$token"',
      '      echo "MLFLOW_TRACKING_TOKEN=$token" >> "$GITHUB_ENV"',
      '  - run: python train.py',
    ].join('\n');
  if (system === 'gitlab')
    return [
      'train:',
      '  id_tokens:',
      '    MLFLOW_TRACKING_TOKEN:',
      `      aud: ${audience}`,
      '  variables:',
      `    MLFLOW_TRACKING_URI: ${trackingUri}`,
      '  script:',
      '    - python train.py',
    ].join('\n');
  return [
    `# a token of the job for the audience ${audience}`,
    `export MLFLOW_TRACKING_URI=${trackingUri}`,
    'export MLFLOW_TRACKING_TOKEN=$JOB_IDENTITY_TOKEN',
  ].join('\n');
}
