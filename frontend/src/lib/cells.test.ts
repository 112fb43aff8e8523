import { describe, expect, test } from 'vitest';
import type { CandidateRow, SeedRow } from '../api/schema';
import { cellOf, formatsOf } from './cells';
import { FACTS, type TableColumn, tableColumn } from './columns';
import { exactTime } from './times';

const metric = tableColumn({ kind: 'metric', key: 'acc', candidates: 2, distinct: 2, influence: 0 });
const param = tableColumn({ kind: 'param', key: 'lr', candidates: 2, distinct: 2, influence: 0 });
const tag = tableColumn({ kind: 'metadata', key: 'team', candidates: 1, distinct: 1, influence: 0 });
const NOW = 1_700_000_100_000;

function row(given: Partial<CandidateRow>): CandidateRow {
  return {
    note: '',
    starred: false,
    depth: 0,
    below: 0,
    group: null,
    iid: 7,
    external_id: 'ab12',
    name: 'trial',
    status: 'finished',
    start_time: 1_700_000_000_000,
    end_time: 1_700_000_090_500,
    created_by: 'ada',
    parent: null,
    deleted: false,
    metrics: {},
    params: {},
    metadata: {},
    ci: {},
    standing: null,
    ...given,
  };
}

function fact(id: string, given: Partial<CandidateRow> = {}): string {
  const column = FACTS.find((each) => each.id === id);
  if (column === undefined) throw new Error(id);
  return cellOf(column, row(given), undefined, NOW).text;
}

describe('a cell', () => {
  const rows = [row({ metrics: { acc: 0.857263155 } }), row({ metrics: { acc: 'NaN' } })];
  const format = formatsOf([metric, param], rows).get('metrics.acc');

  test('shows a metric short and knows it whole', () => {
    expect(cellOf(metric, rows[0] as CandidateRow, format, NOW)).toEqual({
      text: '0.8573',
      exact: '0.857263155',
      odd: false,
    });
  });

  test('shows every digit and the whole time where they are wanted', () => {
    const whole = (column: TableColumn, given: Partial<CandidateRow>): string =>
      cellOf(column, row(given), format, NOW, true).text;
    expect(whole(metric, { metrics: { acc: 0.857263155 } })).toBe('0.857263155');
    expect(whole(param, { params: { lr: '0.00012345678' } })).toBe('0.00012345678');
    expect(whole(FACTS[1] as TableColumn, {})).toBe(exactTime(1_700_000_000_000));
    const group = { n: 2, deviations: { acc: 0.012345678 }, candidates: [] } as unknown as SeedRow;
    expect(whole(metric, { metrics: { acc: 0.857263155 }, group })).toBe('0.857263155 ± 0.012345678');
  });

  test('marks what is not a number, and is empty without a value', () => {
    expect(cellOf(metric, rows[1] as CandidateRow, format, NOW)).toEqual({
      text: 'NaN',
      exact: 'NaN',
      odd: true,
    });
    expect(cellOf(metric, row({}), format, NOW).text).toBe('');
    expect(cellOf(param, row({}), undefined, NOW).text).toBe('');
  });

  test('shortens the digits of a parameter but not its words', () => {
    expect(cellOf(param, row({ params: { lr: '0.00123456789' } }), undefined, NOW)).toMatchObject({
      text: '0.0012346',
      exact: '0.00123456789',
    });
    expect(cellOf(tag, row({ metadata: { team: 'a rather long text' } }), undefined, NOW).text).toBe(
      'a rather long text',
    );
  });

  test('says facts as people do', () => {
    expect(fact('duration')).toBe('1 min 31 s');
    expect(fact('duration', { end_time: null, status: 'running' })).toBe('1 min 40 s');
    expect(fact('duration', { end_time: null, status: 'scheduled' })).toBe('');
    expect(fact('start_time')).toBe('2 minutes ago');
    expect(fact('created_by')).toBe('ada');
    expect(fact('status')).toBe('finished');
  });
});

test('a row of a seed group has the mean with its deviation, to four digits, and all of them a hover away', () => {
  const deviations = { acc: 0.010692676621563627 };
  const group = row({ metrics: { acc: 0.85033333 }, group: { candidates: [7, 8, 9], n: 3, deviations } });
  expect(cellOf(metric, group, undefined, 0)).toEqual({
    text: '0.8503 ± 0.01069',
    exact: 'mean 0.85033333, standard deviation 0.010692676621563627, n = 3',
    odd: false,
  });
});
