// What the forms of access tokens offer.

export type Scope = 'api' | 'read_api' | 'read_package_registry' | 'write_package_registry';

export interface Choice<T extends string> {
  value: T;
  text: string;
}

export const SCOPES: readonly Choice<Scope>[] = [
  { value: 'api', text: 'Everything that its user may do: log, change, administer' },
  { value: 'read_api', text: 'Read everything that its user may read; change nothing' },
  { value: 'read_package_registry', text: 'List and download packages' },
  { value: 'write_package_registry', text: 'Upload and delete packages' },
];

/** The scopes that a deploy token may have. */
export const PACKAGE_SCOPES = SCOPES.filter(({ value }) => value.endsWith('_package_registry'));

export type RoleName = 'guest' | 'planner' | 'reporter' | 'developer' | 'maintainer' | 'owner';

export const ROLES: readonly Choice<RoleName>[] = [
  { value: 'guest', text: 'Guest' },
  { value: 'planner', text: 'Planner' },
  { value: 'reporter', text: 'Reporter' },
  { value: 'developer', text: 'Developer' },
  { value: 'maintainer', text: 'Maintainer' },
  { value: 'owner', text: 'Owner' },
];

/** The roles up to the caller's own: nobody gives more than they have. */
export function rolesUpTo(own: string | null): readonly Choice<RoleName>[] {
  const at = ROLES.findIndex(({ value }) => value === own);
  return ROLES.slice(0, at + 1);
}

/** What a shell needs so that the MLflow client logs to a server with a token. */
export function exportLines(trackingUri: string, secret: string): string {
  return `export MLFLOW_TRACKING_URI=${trackingUri}\nexport MLFLOW_TRACKING_TOKEN=${secret}`;
}
