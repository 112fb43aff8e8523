// The first rows of a Parquet file, of which only the parts that hold them are fetched. Loaded when one is looked at.

import { gunzipSync } from 'fflate';
import { decompress } from 'fzstd';
import { parquetMetadataAsync, parquetRead, parquetSchema } from 'hyparquet';
import type { Table } from './tables';

const MOST_ROWS = 200;
/** The rows of a group come together; a larger group is not fetched for a look at its first rows. */
const MOST_GROUP_BYTES = 100_000_000;

export interface ParquetStart {
  table: Table;
  /** Rows in the file. */
  total: number;
}

/** Fetches bytes from `start` up to, not including, `end`. */
export type ReadRange = (start: number, end: number) => Promise<ArrayBuffer>;

/** Throws an Error whose message says why it cannot be read. */
export async function parquetStart(size: number, read: ReadRange): Promise<ParquetStart> {
  const file = { byteLength: size, slice: (start: number, end?: number) => read(start, end ?? size) };
  const metadata = await parquetMetadataAsync(file);
  const columns = parquetSchema(metadata).children.map(({ element }) => element.name);
  const total = Number(metadata.num_rows);
  const group = metadata.row_groups[0];
  const groupBytes = group?.columns.reduce(
    (sum, { meta_data }) => sum + Number(meta_data?.total_compressed_size ?? 0),
    0,
  );
  if ((groupBytes ?? 0) > MOST_GROUP_BYTES)
    throw new Error('Its rows lie in groups that are too large to be shown here.');
  let rows: unknown[][] = [];
  if (total > 0) {
    await parquetRead({
      file,
      metadata,
      rowEnd: Math.min(total, MOST_ROWS),
      useOffsetIndex: true,
      compressors: { GZIP: (input) => gunzipSync(input), ZSTD: (input) => decompress(input) },
      onComplete: (found) => {
        rows = found;
      },
    });
  }
  return { table: { columns, rows: rows.map((row) => row.map(cellText)) }, total };
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date)
    return value
      .toISOString()
      .replace('T', ' ')
      .replace(/(\.000)?Z$/, '');
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'object')
    return JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? Number(inner) : inner));
  return String(value);
}
