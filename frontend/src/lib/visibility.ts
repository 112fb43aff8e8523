// Who sees a project or group, and its parts, as the forms say it.

export type Visibility = 'private' | 'internal' | 'public';
export type Access = 'public' | 'private' | 'disabled';

export const VISIBILITIES: readonly { value: Visibility; text: string; about: string }[] = [
  { value: 'private', text: 'Private', about: 'Members see it.' },
  { value: 'internal', text: 'Internal', about: 'Everybody who is signed in sees it.' },
  { value: 'public', text: 'Public', about: 'Everybody sees it, without signing in.' },
];

export const ACCESSES: readonly { value: Access; text: string }[] = [
  { value: 'public', text: 'Everybody who sees the project' },
  { value: 'private', text: 'Only members' },
  { value: 'disabled', text: 'Nobody: it is switched off' },
];

/** A path that a name suggests: "Night vision!" gives "night-vision". */
export function pathFrom(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9_.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
}
