// Tables inside files: CSV and MLflow's JSON tables.

export interface Table {
  columns: string[];
  rows: string[][];
}

/** Comma or tab separated values; quoted cells may hold separators, line ends and doubled quotes. */
export function parseSeparated(text: string, separator: ',' | '\t', mostRows = 1000): Table {
  const rows: string[][] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = (): void => {
    cells.push(cell);
    if (cells.length > 1 || cell !== '') rows.push(cells);
    cells = [];
    cell = '';
  };
  for (let at = 0; at < text.length && rows.length <= mostRows; at += 1) {
    const letter = text[at] as string;
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (letter === '"' && cell === '') quoted = true;
    else if (letter === separator) {
      cells.push(cell);
      cell = '';
    } else if (letter === '\n') endRow();
    else if (letter !== '\r') cell += letter;
  }
  if (rows.length <= mostRows && (cells.length > 0 || cell !== '')) endRow();
  const [columns = [], ...rest] = rows;
  return { columns, rows: rest.slice(0, mostRows) };
}

/** A JSON table as `log_table` writes it: `{"columns": [...], "data": [[...], ...]}`. Anything else gives null. */
export function jsonTable(value: unknown): Table | null {
  if (typeof value !== 'object' || value === null) return null;
  const { columns, data } = value as { columns?: unknown; data?: unknown };
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.every(Array.isArray)) return null;
  return { columns: columns.map(cellText), rows: (data as unknown[][]).map((row) => row.map(cellText)) };
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
