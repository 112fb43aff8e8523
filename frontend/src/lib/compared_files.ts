// What is compared of files, as tables to read and to save, and as pictures.

import type { Histogram, Matrix } from './compared_tables';
import { isNumeric, short } from './numbers';
import type { Table } from './tables';

/** Something of a candidate, by its name. */
export interface Named<T> {
  name: string;
  value: T;
}

/** The bins of a histogram, with how many values of each candidate are in them. */
export function histogramTable({ edges, counts }: Histogram, names: readonly string[]): Table {
  return {
    columns: ['from', 'to', ...names],
    rows: edges
      .slice(0, -1)
      .map((edge, bin) =>
        [edge, edges[bin + 1] ?? edge, ...counts.map((found) => found[bin] ?? 0)].map(String),
      ),
  };
}

/** The tables of candidates below each other. */
export function joinedTable(tables: readonly Named<Table>[]): Table {
  const columns = [...new Set(tables.flatMap(({ value }) => value.columns))];
  return {
    columns: ['candidate', ...columns],
    rows: tables.flatMap(({ name, value }) => {
      const places = columns.map((column) => value.columns.indexOf(column));
      return value.rows.map((row) => [name, ...places.map((place) => row[place] ?? '')]);
    }),
  };
}

/** Comma separated values as RFC 4180 has them. What a spreadsheet would run as a formula is led by an apostrophe. */
export function csvOf(table: Table): string {
  const cell = (text: string): string => {
    const safe = /^[=+\-@\t\r]/.test(text) && !isNumeric(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return [table.columns, ...table.rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Colours as the design has them where the picture is made. */
export interface Inks {
  ground: string;
  ink: string;
  faint: string;
  line: string;
  right: string;
  wrong: string;
}

const PANEL = { width: 360, height: 220, top: 44, gap: 16 };
const CELL = { width: 44, height: 24 };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

function words(x: number, y: number, text: string, fill: string, anchor = 'start', weight = 400): string {
  const place = `x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}"`;
  return `<text ${place} font-size="11" font-weight="${weight}" fill="${fill}">${escaped(text)}</text>`;
}

function page(title: string, width: number, height: number, inks: Inks, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" role="img">`,
    `<title>${escaped(title)}</title><rect width="${width}" height="${height}" fill="${inks.ground}"/>`,
    `<text x="16" y="26" font-size="15" font-weight="600" fill="${inks.ink}">${escaped(title)}</text>`,
    ...parts,
    '</svg>',
  ].join('');
}

/** Two panels beside each other, further ones below. */
function corner(index: number, width: number, height: number): [number, number] {
  return [
    PANEL.gap + (index % 2) * (width + PANEL.gap),
    PANEL.top + Math.floor(index / 2) * (height + PANEL.gap),
  ];
}

/** Histograms of candidates on one scale, a panel for each; `colours` are theirs. */
export function histogramSvg(
  title: string,
  { edges, counts }: Histogram,
  names: readonly string[],
  colours: readonly string[],
  inks: Inks,
): string {
  const most = Math.max(1, ...counts.flat());
  const { width, height } = PANEL;
  const parts = counts.map((found, index) => {
    const [left, top] = corner(index, width, height);
    const [room, bottom, bar] = [height - 56, top + height - 24, width / Math.max(1, found.length)];
    const bars = found.map((count, bin) => {
      const tall = (count / most) * room;
      return `<rect x="${(left + bin * bar).toFixed(1)}" y="${(bottom - tall).toFixed(1)}" width="${(bar - 1).toFixed(1)}" height="${tall.toFixed(1)}"/>`;
    });
    return [
      words(left, top + 12, names[index] ?? '', inks.ink, 'start', 600),
      `<g fill="${colours[index] ?? inks.right}">${bars.join('')}</g>`,
      `<path d="M${left} ${bottom}h${width}" stroke="${inks.line}"/>`,
      words(left, bottom + 16, short(edges[0] ?? 0), inks.faint),
      words(left + width, bottom + 16, short(edges.at(-1) ?? 0), inks.faint, 'end'),
      words(left + width, top + 12, `highest bar ${Math.max(...found)}`, inks.faint, 'end'),
    ].join('');
  });
  const rows = Math.ceil(counts.length / 2);
  return page(title, 2 * width + 3 * PANEL.gap, PANEL.top + rows * (height + PANEL.gap), inks, parts);
}

/** Matrices of candidates, shaded on one scale, a panel for each. */
export function matrixSvg(
  title: string,
  matrices: readonly Named<Matrix>[],
  most: { right: number; wrong: number },
  inks: Inks,
): string {
  const size = Math.max(1, ...matrices.map(({ value }) => value.labels.length));
  const side = 90;
  const [width, height] = [Math.max(PANEL.width, side + size * CELL.width), 44 + size * CELL.height];
  const parts = matrices.map(({ name, value: { labels, values } }, index) => {
    const [left, top] = corner(index, width, height);
    const heads = labels.map((label, place) =>
      words(left + side + (place + 0.5) * CELL.width, top + 32, label.slice(0, 7), inks.faint, 'middle'),
    );
    const rows = values.map((row, at) => {
      const y = top + 38 + at * CELL.height;
      const cells = row.map((value, place) => {
        const greatest = at === place ? most.right : most.wrong;
        const depth = greatest > 0 ? (0.5 * Math.max(0, value)) / greatest : 0;
        const x = left + side + place * CELL.width;
        const fill = at === place ? inks.right : inks.wrong;
        return `<rect x="${x}" y="${y}" width="${CELL.width - 2}" height="${CELL.height - 2}" rx="3" fill="${fill}" fill-opacity="${depth.toFixed(3)}" stroke="${inks.line}"/>${words(x + CELL.width / 2 - 1, y + 15, short(value), inks.ink, 'middle')}`;
      });
      return (
        words(left + side - 6, y + 15, (labels[at] ?? '').slice(0, 14), inks.faint, 'end') + cells.join('')
      );
    });
    return [words(left, top + 12, name, inks.ink, 'start', 600), ...heads, ...rows].join('');
  });
  const count = Math.ceil(matrices.length / 2);
  return page(title, 2 * width + 3 * PANEL.gap, PANEL.top + count * (height + PANEL.gap), inks, parts);
}
