import { expect, test } from 'vitest';
import { exportPath } from './export';

const nothing = { filter: '', order_by: [], view: 'active', ranked: false, columns: ['status'] } as const;

test('names what the view shows, and leaves out what goes without saying', () => {
  expect(exportPath('a/b', 3, 'csv', { ...nothing, order_by: [], columns: ['status'] })).toBe(
    '/api/v1/projects/a%2Fb/experiments/3/candidates.csv?columns=status',
  );
  const path = exportPath('a/b', 3, 'parquet', {
    filter: "params.model = 'é'",
    order_by: ['metrics."val/acc" DESC', 'name ASC'],
    view: 'all',
    ranked: true,
    columns: ['metrics.val/acc', 'params.a&b'],
  });
  const query = new URL(path, 'http://shortlist').searchParams;
  expect(query.get('filter')).toBe("params.model = 'é'");
  expect(query.getAll('order_by')).toEqual(['metrics."val/acc" DESC', 'name ASC']);
  expect([query.get('view'), query.get('ranked')]).toEqual(['all', 'true']);
  expect(query.getAll('columns')).toEqual(['metrics.val/acc', 'params.a&b']);
});
