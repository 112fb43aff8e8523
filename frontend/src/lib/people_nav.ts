// The menus at the side of pages about people, projects and access.

import type { GroupItem, Project } from '../api/schema';
import { groupPath } from './people_routes';
import { may } from './rights';
import { projectPath } from './routes';

export interface NavLink {
  text: string;
  href: string;
  /** The name of the page it leads to (`PageData.page`). */
  page: string;
}

export const USER_LINKS: readonly NavLink[] = [
  { text: 'Profile', href: '/-/user_settings/profile', page: 'profile' },
  { text: 'Access tokens', href: '/-/user_settings/personal_access_tokens', page: 'own_tokens' },
  { text: 'Sessions', href: '/-/user_settings/active_sessions', page: 'sessions' },
  { text: 'Password', href: '/-/user_settings/password/edit', page: 'password' },
  { text: 'Sign-in', href: '/-/profile/account', page: 'sign_in_methods' },
];

export const ADMIN_LINKS: readonly NavLink[] = [
  { text: 'Users', href: '/admin/users', page: 'admin_users' },
  { text: 'Settings', href: '/admin/application_settings/general', page: 'admin_settings' },
  { text: 'Audit events', href: '/admin/audit_logs', page: 'admin_audit' },
];

interface Part {
  text: string;
  end: string;
  page: string;
  right: string;
}

const PROJECT_PARTS: readonly Part[] = [
  { text: 'General', end: '/edit', page: 'settings', right: 'project:read' },
  { text: 'Access tokens', end: '/-/settings/access_tokens', page: 'project_tokens', right: 'token:read' },
  { text: 'CI', end: '/-/settings/ci_cd', page: 'publishers', right: 'token:read' },
  { text: 'Audit events', end: '/-/audit_events', page: 'audit', right: 'audit:read' },
];

const GROUP_PARTS: readonly Part[] = [
  { text: 'Projects', end: '', page: 'group', right: 'group:read' },
  { text: 'Members', end: '/-/group_members', page: 'group_members', right: 'group_member:read' },
  { text: 'Settings', end: '/-/edit', page: 'group_settings', right: 'group:delete' },
  {
    text: 'Access tokens',
    end: '/-/settings/access_tokens',
    page: 'group_tokens',
    right: 'group_token:read',
  },
  { text: 'Audit events', end: '/-/audit_events', page: 'group_audit', right: 'group_audit:read' },
];

export function projectLinks(project: Project): NavLink[] {
  return links(projectPath(project.full_path), PROJECT_PARTS, project);
}

export function groupLinks(group: GroupItem): NavLink[] {
  return links(groupPath(group.full_path), GROUP_PARTS, group);
}

function links(base: string, parts: readonly Part[], place: { rights: readonly string[] }): NavLink[] {
  return parts
    .filter((part) => may(place, part.right))
    .map(({ text, end, page }) => ({ text, href: base + end, page }));
}
