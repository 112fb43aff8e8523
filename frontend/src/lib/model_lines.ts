// Lines of Python that register models and load them, to be copied.

import type { Model } from '../api/schema';

function start(origin: string, project: number): string[] {
  return ['import mlflow', '', `mlflow.set_tracking_uri("${origin}/api/v4/projects/${project}/ml/mlflow")`];
}

/** Load what is at an address such as `models:/reader@champion`. */
export function loadLines(origin: string, project: number, address: string): string {
  return [...start(origin, project), `model = mlflow.pyfunc.load_model(${JSON.stringify(address)})`].join(
    '\n',
  );
}

/** Make a version of the model from files that a run logged. */
export function registerLines(origin: string, project: number, name: string): string {
  return [
    ...start(origin, project),
    `mlflow.register_model("runs:/<run id>/model", ${JSON.stringify(name)})`,
  ].join('\n');
}

/** The address to load a model by: an alias of the newest version that has one, otherwise its latest version. */
export function modelAddress({ name, aliased, latest }: Pick<Model, 'name' | 'aliased' | 'latest'>): string {
  const newest = aliased.toSorted((a, b) => b.number - a.number)[0];
  return newest?.aliases[0] === undefined
    ? `models:/${name}/${latest?.number ?? 1}`
    : `models:/${name}@${newest.aliases[0]}`;
}
