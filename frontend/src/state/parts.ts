// The pages that are parts of the program of their own: loaded when one is opened, with the document or before it shows.

const loaders = {
  candidate: () => import('../pages/Candidate.svelte'),
  compare: () => import('../pages/Compare.svelte'),
  experiment: () => import('../pages/Experiment.svelte'),
  experiments: () => import('../pages/Experiments.svelte'),
  model: () => import('../pages/Model.svelte'),
  models: () => import('../pages/Models.svelte'),
  package: () => import('../pages/Package.svelte'),
  packages: () => import('../pages/Packages.svelte'),
  projects: () => import('../pages/Projects.svelte'),
  report: () => import('../pages/Report.svelte'),
  sign_in: () => import('../pages/SignIn.svelte'),
  sign_up: () => import('../pages/SignUp.svelte'),
  version: () => import('../pages/Version.svelte'),
};

type Loaders = typeof loaders;
type Parts = { [Name in keyof Loaders]?: Awaited<ReturnType<Loaders[Name]>>['default'] };

/** The parts that are here, by the name of their page. */
export const parts: Parts = {};

/** Brings the part that shows a page; nothing to wait for where it is here, or in the program itself. */
export async function loadPart(page: string): Promise<void> {
  if (!(page in loaders) || page in parts) return;
  const name = page as keyof Loaders;
  const { default: part } = await loaders[name]();
  Object.assign(parts, { [name]: part });
}
