// Addresses of the table of candidates as a file.

import { PREFIX } from '../api/client';
import type { CandidateQuery } from '../api/schema';

export const EXPORT_FORMATS = { csv: 'CSV', json: 'JSON', md: 'Markdown', parquet: 'Parquet' } as const;
export type ExportFormat = keyof typeof EXPORT_FORMATS;

type Search = Required<Pick<CandidateQuery, 'filter' | 'order_by' | 'view' | 'ranked'>> & {
  columns: string[];
};

export function exportPath(
  project: string,
  experiment: number,
  format: ExportFormat,
  search: Search,
): string {
  const query = new URLSearchParams();
  if (search.filter !== '') query.set('filter', search.filter);
  for (const order of search.order_by) query.append('order_by', order);
  if (search.view !== 'active') query.set('view', search.view);
  if (search.ranked) query.set('ranked', 'true');
  for (const column of search.columns) query.append('columns', column);
  return `${PREFIX}/projects/${encodeURIComponent(project)}/experiments/${experiment}/candidates.${format}?${query}`;
}
