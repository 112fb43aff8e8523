// What the command palette lists: actions and pages from here, and what the server finds.

import type { Found, Project } from '../api/schema';
import { matchesAll } from './keys';
import { partsOf, startPath } from './project_nav';
import { candidatePath, experimentPath, modelPath, packagePath } from './routes';

export interface Entry {
  /** Tells entries apart; two of a group may have the same text. */
  id: string;
  group: string;
  text: string;
  hint: string;
  /** Where it leads; null for an action. */
  href: string | null;
  run: (() => void) | null;
}

/** Something that the page can do by a key of its own. */
export interface PageAction {
  key: string;
  label: string;
  run: () => void;
}

const MOST_PROJECTS = 8;

function link(group: string, text: string, hint: string, href: string): Entry {
  return { id: `${group} ${href}`, group, text, hint, href, run: null };
}

export function actionEntries(text: string, actions: readonly PageAction[]): Entry[] {
  return actions
    .filter(({ label }) => matchesAll(text, label))
    .map(({ key, label, run }) => ({
      id: `do ${label}`,
      group: 'On this page',
      text: label,
      hint: key,
      href: null,
      run,
    }));
}

/** Pages that anybody reaches from here; `project` is the one that is shown. */
export function pageEntries(text: string, project: Project | null, signedIn: boolean): Entry[] {
  const parts = project === null ? [] : partsOf(project);
  const all = [
    ...parts.map((part) =>
      link('Pages', part.text, project?.full_path ?? '', part.href(project?.full_path ?? '')),
    ),
    ...(signedIn
      ? [
          link('Pages', 'Projects', '', '/'),
          link('Pages', 'Groups', '', '/dashboard/groups'),
          link('Pages', 'Profile', '', '/-/user_settings/profile'),
          link('Pages', 'Access tokens', '', '/-/user_settings/personal_access_tokens'),
        ]
      : []),
  ];
  return all.filter((entry) => matchesAll(text, entry.text));
}

export function projectEntries(text: string, projects: readonly Project[]): Entry[] {
  return projects
    .filter(({ full_path, name }) => matchesAll(text, full_path, name))
    .slice(0, MOST_PROJECTS)
    .map((project) => link('Projects', project.full_path, project.description, startPath(project)));
}

export function foundEntries(found: Found, project: string): Entry[] {
  return [
    ...found.experiments.map(({ iid, name }) => link('Experiments', name, '', experimentPath(project, iid))),
    ...found.candidates.map(({ iid, name, experiment }) =>
      link('Candidates', name, experiment, candidatePath(project, iid)),
    ),
    ...found.models.map(({ iid, name }) => link('Models', name, '', modelPath(project, iid))),
    ...found.files.map(({ path, package: id, name, version }) => ({
      ...link('Files', path, `${name} ${version}`, packagePath(project, id)),
      id: `file ${id} ${path}`,
    })),
  ];
}

/** Entries as they are shown: those of a group together, in the order in which groups first come. */
export function grouped(entries: readonly Entry[]): [string, Entry[]][] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  return [...groups];
}
