// The parts of a project, in the order of its menu. A part is shown to whom one of its rights is given.

import type { Project } from '../api/schema';
import { may } from './rights';
import { experimentsPath, modelsPath } from './routes';

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
    pages: ['experiments', 'experiment', 'candidate'],
    href: experimentsPath,
  },
  {
    text: 'Models',
    rights: ['model:read'],
    pages: ['models', 'model', 'version'],
    href: modelsPath,
  },
];

/** The parts of the project that the caller may use. */
export function partsOf(project: Project): Part[] {
  return PARTS.filter((part) => part.rights.some((right) => may(project, right)));
}
