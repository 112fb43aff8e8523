// What the file MLmodel says of a model. Loaded when one is looked at.
// Format: https://mlflow.org/docs/latest/ml/model/ - YAML, whose signature holds its parts as JSON in texts.

import { parse } from 'yaml';

export interface Field {
  name: string;
  type: string;
  optional: boolean;
}

export interface MlModel {
  flavors: string[];
  inputs: Field[];
  outputs: Field[];
  params: Field[];
  /** Other facts by what they are called, in the order of a page. */
  facts: { name: string; value: string }[];
}

type Mapping = Record<string, unknown>;

/** Null for what is no MLmodel. */
export function parseMlModel(text: string): MlModel | null {
  let found: unknown;
  try {
    found = parse(text, { maxAliasCount: 0 });
  } catch {
    return null;
  }
  if (!isMapping(found) || !isMapping(found.flavors)) return null;
  const signature = isMapping(found.signature) ? found.signature : {};
  const python = isMapping(found.flavors.python_function) ? found.flavors.python_function : {};
  const facts = [
    ['Loaded by', python.loader_module],
    ['Python', python.python_version],
    ['MLflow', found.mlflow_version],
    ['Size', found.model_size_bytes],
    ['Created', found.utc_time_created],
    ['Model id', found.model_id ?? found.model_uuid],
  ].flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number'
      ? [{ name: String(name), value: String(value) }]
      : [],
  );
  return {
    flavors: Object.keys(found.flavors).map((name) => flavor(name, (found.flavors as Mapping)[name])),
    inputs: fields(signature.inputs),
    outputs: fields(signature.outputs),
    params: fields(signature.params),
    facts,
  };
}

function flavor(name: string, details: unknown): string {
  if (!isMapping(details)) return name;
  const version = Object.entries(details).find(
    ([key]) => /version$/.test(key) && key !== 'python_version',
  )?.[1];
  return typeof version === 'string' ? `${name} ${version}` : name;
}

function fields(json: unknown): Field[] {
  if (typeof json !== 'string') return [];
  try {
    const found: unknown = JSON.parse(json);
    return Array.isArray(found) ? found.filter(isMapping).map(field) : [];
  } catch {
    return [];
  }
}

function field(item: Mapping, index: number): Field {
  const name = typeof item.name === 'string' ? item.name : String(index);
  return { name, type: typeOf(item), optional: item.required === false || 'default' in item };
}

/** `double`, `tensor float32 (-1, 28, 28)`, `array of string`, `object`. */
function typeOf(item: Mapping): string {
  const tensor = item['tensor-spec'];
  if (isMapping(tensor)) {
    const shape = Array.isArray(tensor.shape) ? ` (${tensor.shape.join(', ')})` : '';
    return `tensor ${String(tensor.dtype)}${shape}`;
  }
  if (item.type === 'array' && isMapping(item.items)) return `array of ${typeOf(item.items)}`;
  const fallback = 'default' in item ? ` = ${JSON.stringify(item.default)}` : '';
  return `${String(item.type ?? item.dtype ?? '')}${fallback}`;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
