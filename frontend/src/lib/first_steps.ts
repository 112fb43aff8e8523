// Lines to copy that log the first candidate, for whoever begins.

export interface Steps {
  title: string;
  text: string;
}

export type Client = 'python' | 'script' | 'curl';

export const CLIENTS: Record<Client, string> = {
  python: 'Python',
  script: 'A script that uses MLflow',
  curl: 'curl',
};

interface Place {
  /** Of the server, without a slash at the end. */
  origin: string;
  project: number;
  /** The experiment to log to; one of that name is made if it has no number. */
  experiment: { name: string; iid: number | null };
}

export function firstSteps(client: Client, { origin, project, experiment }: Place): Steps[] {
  const address = `${origin}/api/v4/projects/${project}/ml/mlflow`;
  const environment = `export MLFLOW_TRACKING_URI=${address}\nexport MLFLOW_TRACKING_TOKEN=<your access token>`;
  if (client === 'python')
    return [
      { title: '1. Say where to log', text: `pip install mlflow-skinny\n${environment}` },
      {
        title: '2. Log from Python',
        text: [
          'import mlflow',
          `mlflow.set_experiment(${JSON.stringify(experiment.name)})`,
          'with mlflow.start_run():',
          '    mlflow.log_params({"model": "forest", "depth": 8})',
          '    mlflow.log_metric("val/accuracy", 0.91, step=1)',
        ].join('\n'),
      },
    ];
  if (client === 'script')
    return [
      {
        title: 'Say where to log, then run it as it is',
        text: `${environment}\nexport MLFLOW_EXPERIMENT_NAME=${quoted(experiment.name)}\npython train.py`,
      },
    ];
  return curlSteps(`${origin}/api/v1/projects/${project}/experiments`, experiment);
}

function curlSteps(address: string, experiment: Place['experiment']): Steps[] {
  const post = (url: string, body: object): string =>
    [
      `curl ${url} \\`,
      `  --header "Authorization: Bearer $TOKEN" \\`,
      `  --json ${quoted(JSON.stringify(body))}`,
    ].join('\n');
  const candidate = {
    name: 'by hand',
    params: { depth: '8' },
    metrics: [{ key: 'val/accuracy', value: 0.91 }],
  };
  const token = 'export TOKEN=<your access token>\n';
  if (experiment.iid !== null)
    return [
      {
        title: 'Log a whole candidate',
        text: token + post(`${address}/${experiment.iid}/candidates`, candidate),
      },
    ];
  return [
    { title: '1. Make an experiment', text: token + post(address, { name: experiment.name }) },
    {
      title: '2. Log a whole candidate, with the iid of the answer',
      text: post(`${address}/1/candidates`, candidate),
    },
  ];
}

/** A word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
