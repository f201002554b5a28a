// What people read: Markdown tables whose columns line up on a terminal.

import type { RecordComparison } from './compare.ts';
import type { BenchmarkRecord, CaseRecord } from './record.ts';
import type { Spread } from './spread.ts';

const nameWidth = 52;
const columns: [title: string, width: number][] = [
  ['fastest', 12],
  ['to median', 9],
  ['rate', 13],
  ['baseline', 12],
  ['× as fast', 9],
  ['quartiles', 11],
  ['', 0],
];

export const caseHeader = (): string =>
  [
    line(
      'case',
      columns.map(([title]) => title),
    ),
    `|${'-'.repeat(nameWidth + 2)}|${columns.map(([, width]) => `${'-'.repeat(width + 1)}:|`).join('')}`,
  ].join('\n');

export function caseLine({
  name,
  unit,
  time,
  baseline,
  ratio,
  ratioSpread,
  work,
  facts,
}: CaseRecord): string {
  return line(name, [
    amount(time.min, unit),
    spread(time),
    work && unit === 'ms' ? rate(work.amount, work.unit, time.min) : '',
    baseline ? amount(baseline.min, unit) : '',
    ratio ? `${ratio.toFixed(2)}×` : '',
    ratioSpread ? `${ratioSpread.lower.toFixed(2)}–${ratioSpread.upper.toFixed(2)}` : '',
    facts
      ? Object.entries(facts)
          .map(([what, value]) => `${digits(value)} ${what}`)
          .join(', ')
      : '',
  ]);
}

/** A record as docs/performance.md shows it. */
export function recordTable(record: BenchmarkRecord): string {
  const { machine, cases, baseline } = record;
  const { cpu, cores, node, math } = machine;
  return [
    `${cpu}, ${cores} cores, Node ${node}${math ? `, ${math}` : ''}; revision ${revision(record)}.`,
    ...(baseline ? [`Baseline: ${baseline}.`] : []),
    '',
    caseHeader(),
    ...cases.map(caseLine),
  ].join('\n');
}

const line = (name: string, cells: readonly string[]) =>
  `| ${name.padEnd(nameWidth)} | ${cells.map((cell, i) => cell.padStart(columns[i][1])).join(' | ')} |`;

const spread = ({ min, median }: Spread) => `+${((100 * (median - min)) / min).toFixed(0)} %`;

const digits = (value: number) => (value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3))));

function amount(value: number, unit: string): string {
  if (unit === 'ms' && value >= 10_000) return `${digits(value / 1000)} s`;
  return `${digits(value)} ${unit}`;
}

/** Of so much work in so many milliseconds. */
export const rate = (work: number, unit: string, milliseconds: number): string =>
  `${digits(work / milliseconds / 1e6)} G${unit === 'FLOP' ? 'FLOP' : unit}/s`;

export function formatChanges(
  before: BenchmarkRecord,
  after: BenchmarkRecord,
  { changes, left }: RecordComparison,
): string {
  const count = (verdict: string) => changes.filter((change) => change.verdict === verdict).length;
  const shown = changes
    .filter(({ verdict }) => verdict !== 'same')
    .sort((a, b) => b.factor - a.factor)
    .map(({ name, factor, noise, verdict, relative }) => {
      const times = verdict === 'slower' ? factor : 1 / factor;
      const measure = relative ? 'beside the baseline' : 'in time';
      return `${verdict}  ${name}: ${times.toFixed(2)}× ${measure}, noise ${(100 * noise).toFixed(0)} %`;
    });
  return [
    `${after.benchmark}: ${revision(before)} → ${revision(after)}`,
    ...shown,
    ...left.map(({ name, why }) => `left out  ${name}: ${why}`),
    `${count('slower')} slower, ${count('faster')} faster, ${count('same')} within noise`,
  ].join('\n');
}

const revision = ({ revision: commit = 'no revision', dirty }: BenchmarkRecord) =>
  `${commit.slice(0, 10)}${dirty ? ' with changes' : ''}`;
