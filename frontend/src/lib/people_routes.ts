// Addresses of the pages about people, projects and access; the server has the same table.

const OWN: Record<string, string> = {
  '/-/user_settings/profile': 'profile',
  '/-/user_settings/personal_access_tokens': 'own_tokens',
  '/-/user_settings/active_sessions': 'sessions',
  '/-/user_settings/password/edit': 'password',
  '/-/profile/account': 'sign_in_methods',
  '/dashboard/groups': 'groups',
  '/projects/new': 'new_project',
  '/groups/new': 'new_group',
  '/admin/users': 'admin_users',
  '/admin/application_settings/general': 'admin_settings',
  '/admin/audit_logs': 'admin_audit',
};

const IN_PROJECT: Record<string, string> = {
  '/-/project_members': 'members',
  '/edit': 'settings',
  '/-/settings/access_tokens': 'project_tokens',
  '/-/settings/ci_cd': 'publishers',
  '/-/audit_events': 'audit',
};

const IN_GROUP: Record<string, string> = {
  '/-/group_members': 'group_members',
  '/-/settings/access_tokens': 'group_tokens',
  '/-/edit': 'group_settings',
  '/-/audit_events': 'group_audit',
};

/** The name of the page about people at a path without a slash at its end; null where there is none. */
export function peoplePage(path: string): string | null {
  const own = OWN[path];
  if (own !== undefined) return own;
  if (path.startsWith('/groups/')) return ending(path.slice('/groups'.length), IN_GROUP) ?? groupItself(path);
  return path.startsWith('/-/') ? null : ending(path, IN_PROJECT, 2);
}

/** What the end of the path says, where enough words stand before it. */
function ending(path: string, table: Record<string, string>, words = 1): string | null {
  for (const [end, page] of Object.entries(table)) {
    if (path.endsWith(end) && path.slice(1, -end.length).split('/').filter(Boolean).length >= words)
      return page;
  }
  return null;
}

function groupItself(path: string): string | null {
  return path.includes('/-/') ? null : 'group';
}

export function groupPath(group: string): string {
  return `/groups/${group.split('/').map(encodeURIComponent).join('/')}`;
}
