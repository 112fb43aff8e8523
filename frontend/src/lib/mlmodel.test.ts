import { describe, expect, it } from 'vitest';
import { parseMlModel } from './mlmodel';

const TEXT = `
flavors:
  python_function:
    loader_module: mlflow.sklearn
    python_version: 3.11.9
  sklearn:
    sklearn_version: 1.6.1
mlflow_version: 3.17.0
model_size_bytes: 812
signature:
  inputs: '[{"type": "double", "name": "x", "required": false}, {"type": "array", "items": {"type": "string"}}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 10]}}]'
  params: '[{"name": "beam", "type": "integer", "default": 4}]'
`;

describe('what MLmodel says', () => {
  it('has flavors, a signature and facts', () => {
    expect(parseMlModel(TEXT)).toEqual({
      flavors: ['python_function', 'sklearn 1.6.1'],
      inputs: [
        { name: 'x', type: 'double', optional: true },
        { name: '1', type: 'array of string', optional: false },
      ],
      outputs: [{ name: '0', type: 'tensor float32 (-1, 10)', optional: false }],
      params: [{ name: 'beam', type: 'integer = 4', optional: true }],
      facts: [
        { name: 'Loaded by', value: 'mlflow.sklearn' },
        { name: 'Python', value: '3.11.9' },
        { name: 'MLflow', value: '3.17.0' },
        { name: 'Size', value: '812' },
      ],
    });
  });

  it('is nothing where it is something else', () => {
    for (const text of ['', 'a: [', 'flavors: 3', '[1]']) expect(parseMlModel(text)).toBeNull();
    expect(parseMlModel('flavors: {x: }\nsignature: {inputs: "no json"}')).toMatchObject({
      inputs: [],
      flavors: ['x'],
    });
  });
});
