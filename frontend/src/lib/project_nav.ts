// The parts of a project, in the order of its menu. A part is shown to whom one of its rights is given.

import type { Project } from '../api/schema';
import { may } from './rights';
import { experimentsPath, modelsPath, packagesPath, projectPath } from './routes';

export interface Part {
  text: string;
  rights: readonly string[];
  /** The names of its pages (`PageData.page`). */
  pages: readonly string[];
  href: (project: string) => string;
}

export const PARTS: readonly Part[] = [
  {
    text: 'Experiments',
    rights: ['experiment:read'],
    pages: ['experiments', 'experiment', 'candidate', 'compare', 'report'],
    href: experimentsPath,
  },
  {
    text: 'Models',
    rights: ['model:read'],
    pages: ['models', 'model', 'version'],
    href: modelsPath,
  },
  {
    text: 'Packages',
    rights: ['package:read'],
    pages: ['packages', 'package'],
    href: packagesPath,
  },
  {
    text: 'Members',
    rights: ['member:read'],
    pages: ['members'],
    href: (project) => `${projectPath(project)}/-/project_members`,
  },
  {
    text: 'Settings',
    rights: ['project:write', 'project:delete'],
    pages: ['settings', 'project_tokens', 'publishers', 'audit'],
    href: (project) => `${projectPath(project)}/edit`,
  },
];

/** The parts of the project that the caller may use. */
export function partsOf(project: Project): Part[] {
  return PARTS.filter((part) => part.rights.some((right) => may(project, right)));
}

/** The address of the first part that the caller may use. */
export function startPath(project: Project): string {
  const first = partsOf(project)[0];
  return first === undefined ? projectPath(project.full_path) : first.href(project.full_path);
}
