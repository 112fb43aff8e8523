// Calls of the JSON API about people, projects and access.

import { call, projectUrl as project, queryText } from './client';
import type * as wire from './schema';

/** The address of a project or group in the API. */
export const place = {
  project,
  group: (path: string): string => `/groups/${encodeURIComponent(path)}`,
};

export type TokenKind = 'access' | 'deploy';
type Place = string;

export const people = {
  find: (search: string, signal?: AbortSignal) =>
    call<wire.PersonList>('GET', `/people?${queryText({ search })}`, { signal }),

  account: () => call<wire.Account>('GET', '/account'),
  changeAccount: (body: wire.AccountChange) => call<wire.Account>('PATCH', '/account', { body }),
  changePassword: (body: wire.PasswordChange) => call<wire.Done>('POST', '/account/password', { body }),
  signInMethods: () => call<wire.SignInMethods>('GET', '/account/sign-in'),
  linkIdentity: (provider: string) => call<wire.Leave>('POST', '/account/identities', { body: { provider } }),
  unlinkIdentity: (id: number) => call<wire.Done>('DELETE', `/account/identities/${id}`),
  beginSecondFactor: (current_password: string) =>
    call<wire.Enrolment>('POST', '/account/second-factor', { body: { current_password } }),
  confirmSecondFactor: (code: string) =>
    call<wire.RecoveryCodes>('POST', '/account/second-factor/confirm', { body: { code } }),
  renewRecoveryCodes: (current_password: string) =>
    call<wire.RecoveryCodes>('POST', '/account/second-factor/recovery-codes', { body: { current_password } }),
  removeSecondFactor: (current_password: string) =>
    call<wire.Done>('DELETE', '/account/second-factor', { body: { current_password } }),
  sessions: () => call<wire.SessionList>('GET', '/account/sessions'),
  endSession: (id: number) => call<wire.Done>('DELETE', `/account/sessions/${id}`),
  endOtherSessions: () => call<wire.Ended>('DELETE', '/account/sessions'),

  ownTokens: () => call<wire.AccessTokenList>('GET', '/account/tokens'),
  createOwnToken: (body: wire.TokenCreate) => call<wire.AccessToken>('POST', '/account/tokens', { body }),
  rotateOwnToken: (id: number) =>
    call<wire.AccessToken>('POST', `/account/tokens/${id}/rotate`, { body: {} }),
  revokeOwnToken: (id: number) => call<wire.Done>('DELETE', `/account/tokens/${id}`),

  tokens: (at: Place, kind: TokenKind) => call<wire.AccessTokenList>('GET', `${at}/${kind}-tokens`),
  createToken: (at: Place, kind: TokenKind, body: wire.PlaceTokenCreate) =>
    call<wire.AccessToken>('POST', `${at}/${kind}-tokens`, { body }),
  rotateToken: (at: Place, kind: TokenKind, id: number) =>
    call<wire.AccessToken>('POST', `${at}/${kind}-tokens/${id}/rotate`, { body: {} }),
  revokeToken: (at: Place, kind: TokenKind, id: number) =>
    call<wire.Done>('DELETE', `${at}/${kind}-tokens/${id}`),

  members: (at: Place) => call<wire.MemberList>('GET', `${at}/members`),
  addMember: (at: Place, body: wire.MemberAdd) => call<wire.Member>('POST', `${at}/members`, { body }),
  changeMember: (at: Place, user: number, body: Omit<wire.MemberChange, 'user'>) =>
    call<wire.Member>('PATCH', `${at}/members/${user}`, { body }),
  removeMember: (at: Place, user: number) => call<wire.Done>('DELETE', `${at}/members/${user}`),

  createProject: (body: wire.ProjectCreate) => call<wire.Project>('POST', '/projects', { body }),
  deletedProjects: () => call<wire.ProjectList>('GET', '/projects?deleted=true'),
  changeSettings: (path: string, body: wire.ProjectSettingsChange) =>
    call<wire.ProjectSettings>('PATCH', `${project(path)}/settings`, { body }),
  archive: (path: string, archived: boolean) =>
    call<wire.ProjectSettings>('POST', `${project(path)}/${archived ? 'archive' : 'unarchive'}`, {
      body: {},
    }),
  transfer: (path: string, body: wire.Transfer) =>
    call<wire.ProjectSettings>('POST', `${project(path)}/transfer`, { body }),
  deleteProject: (path: string) => call<wire.ProjectSettings>('DELETE', project(path)),
  restoreProject: (path: string) =>
    call<wire.ProjectSettings>('POST', `${project(path)}/restore`, { body: {} }),
  purgeProject: (path: string) =>
    call<wire.Done>('POST', `${project(path)}/purge`, { body: { full_path: path } }),
  namespaces: () => call<wire.NamespaceList>('GET', '/namespaces'),

  createGroup: (body: wire.GroupCreate) => call<wire.GroupItem>('POST', '/groups', { body }),
  changeGroup: (path: string, body: wire.GroupChange) =>
    call<wire.GroupItem>('PATCH', place.group(path), { body }),
  deletedGroups: () => call<wire.GroupItemList>('GET', '/groups?deleted=true'),
  deleteGroup: (path: string) => call<wire.GroupItem>('DELETE', place.group(path)),
  restoreGroup: (path: string) => call<wire.GroupItem>('POST', `${place.group(path)}/restore`, { body: {} }),
  purgeGroup: (path: string) =>
    call<wire.Done>('POST', `${place.group(path)}/purge`, { body: { full_path: path } }),

  signUpState: () => call<wire.SignUpState>('GET', '/sign_up'),
  signUp: (body: wire.SignUp) => call<wire.SignedUp>('POST', '/sign_up', { body }),
  changeInstance: (body: wire.InstanceSettingsChange) =>
    call<wire.InstanceSettings>('PATCH', '/admin/settings', { body }),

  createPublisher: (path: string, body: wire.PublisherCreate) =>
    call<wire.PublisherItem>('POST', `${project(path)}/trusted_publishers`, { body }),
  deletePublisher: (path: string, id: number) =>
    call<wire.Done>('DELETE', `${project(path)}/trusted_publishers/${id}`),

  createAccount: (body: wire.AccountCreate) => call<wire.AccountMade>('POST', '/admin/users', { body }),
  changeOther: (user: number, body: Omit<wire.AccountAdminChange, 'user'>) =>
    call<wire.Account>('PATCH', `/admin/users/${user}`, { body }),
  block: (user: number) => call<wire.Account>('POST', `/admin/users/${user}/block`, { body: {} }),
  unblock: (user: number) => call<wire.Account>('POST', `/admin/users/${user}/unblock`, { body: {} }),
  removeSecondFactorOf: (user: number) => call<wire.Account>('DELETE', `/admin/users/${user}/second-factor`),
  signOutOther: (user: number) => call<wire.Ended>('DELETE', `/admin/users/${user}/sessions`),
  deleteAccount: (user: number) => call<wire.Done>('DELETE', `/admin/users/${user}`),
};
