// The numbers of sweeps: a row for each combination of their axes, with mean and standard deviation over seeds; or with the difference
// to something else, object by object, and how sure it is; or a row for each run.

import path from 'node:path';
import { ArgumentError } from '../../renderer/errors.ts';
import { nearestName } from '../../renderer/nearestName.ts';
import { type MeanInterval, meanInterval } from '../metrics/index.ts';
import type { ResultColumn } from '../runs/results.ts';
import { Random } from '../tensor/random.ts';
import { axesOf, axisNames, groupRuns } from './groups.ts';
import { type Contender, commonObjects, objectNumbers } from './objectNumbers.ts';
import { type ReportedRun, type RunOutcome, readOutcome } from './outcome.ts';
import {
  baselineLabels,
  baselineNumber,
  ownNumber,
  type Statistic,
  statistic,
  sweepColumns,
} from './statistics.ts';
import type { SweepFolder, SweepRecord } from './sweepFolder.ts';

export interface SweepTable {
  /** Names of the columns that say what a row is of. */
  axes: string[];
  metrics: ResultColumn[];
  /** What a cell is: one number, a mean and its standard deviation, or a mean difference and its interval. */
  cells: 'single' | 'spread' | 'difference';
  rows: SweepRow[];
  /** Runs that are left out since they have no results. */
  missing: number;
}

export interface SweepRow {
  /** One value an axis. */
  values: unknown[];
  /** How many runs it sums up. */
  runs: number;
  /** One a metric; undefined where no run has it. */
  cells: (Statistic | MeanInterval | undefined)[];
}

export interface SweepTableOptions {
  /** Keys of columns in results.json. Default: those of each run's first table. */
  metrics?: readonly string[];
  /** A row a run, seeds apart. */
  perRun?: boolean;
  /** A row for each category of objects, too. */
  categories?: boolean;
  /** A row for each baseline, too. */
  baselines?: boolean;
  /**
   * Label of a baseline, or of another row such as "method dibr": rows have the mean difference to it (theirs minus its), object by
   * object and, for a row, seed by seed, with its 95 % interval over objects and seeds (`meanInterval`).
   */
  against?: string;
}

/** A sweep that is there. */
export interface OpenedSweep {
  folder: SweepFolder;
  record: SweepRecord;
}

/**
 * The table of one sweep, or of several, which the names of their folders tell apart.
 *
 * @throws ArgumentError where no run has results, none of them a metric asked for, or nothing is called as `against`
 */
export async function sweepTable(
  sweeps: readonly OpenedSweep[],
  options: SweepTableOptions = {},
): Promise<SweepTable> {
  const { perRun = false, categories = false, baselines = false, against } = options;
  const outcomes = await Promise.all(reportedRuns(sweeps).map(readOutcome));
  const finished = outcomes.filter(({ results }) => results);
  if (finished.length === 0) {
    const folders = sweeps.map(({ folder }) => folder.path).join(', ');
    throw new ArgumentError(`${folders}: no run has results yet`);
  }
  const metrics = chooseMetrics(finished, options.metrics);
  const varying = axesOf(outcomes.map(({ run }) => run));
  const axes = varying.length > 0 ? varying : [sweepName];
  const groups = groupRuns(finished, axes, '').map(({ label, values, outcomes }) => {
    return { label, values, outcomes, contender: 'model' as const };
  });
  const opponents = [...groups, ...baselineLines(finished, axes.length)];
  const opponent = against === undefined ? undefined : lineNamed(against, opponents);
  const lines = baselines ? opponents : groups;
  const parts = perRun ? lines.flatMap(singleRuns) : lines;
  const others = lines.filter((line) => line !== opponent);
  if (opponent && others.length > 0 && others.every((line) => pairsOf(line, opponent).length === 0)) {
    throw new ArgumentError(`no row has runs of the same seeds as "${against}"`);
  }
  const cellOf = (line: Line, key: string, category?: string) =>
    opponent ? difference(line, opponent, key, category) : spread(line, key, category);
  return {
    axes: [...axisNames(axes), ...(perRun ? ['seed'] : []), ...(categories ? ['category'] : [])],
    metrics,
    cells: opponent ? 'difference' : perRun ? 'single' : 'spread',
    rows: parts.flatMap((line) =>
      (categories ? [undefined, ...categoriesOf(line)] : [undefined]).map((category) => ({
        values: categories ? [...line.values, category ?? 'all'] : line.values,
        runs: (opponent ? pairsOf(line, opponent) : line.outcomes).length,
        cells: metrics.map(({ key }) => cellOf(line, key, category)),
      })),
    ),
    missing: outcomes.length - finished.length,
  };
}

/** Stands beside the overrides of each run. */
const sweepName = 'sweep';

/** The runs of all sweeps, each once, under the last part of its sweep's path, or the whole where that does not tell sweeps apart. */
function reportedRuns(sweeps: readonly OpenedSweep[]): ReportedRun[] {
  const byPath = new Map(sweeps.map((sweep) => [path.resolve(sweep.folder.path), sweep]));
  const paths = [...byPath.keys()];
  const isClear = new Set(paths.map((whole) => path.basename(whole))).size === paths.length;
  return [...byPath].flatMap(([whole, { folder, record }]) =>
    record.runs.map((run) => ({
      name: run.name,
      overrides: { [sweepName]: isClear ? path.basename(whole) : folder.path, ...run.overrides },
      folder: folder.runFolder(run),
    })),
  );
}

/** What has a row, and what rows are compared with. */
interface Line {
  label: string;
  values: unknown[];
  outcomes: RunOutcome[];
  contender: Contender;
}

/** A line a baseline, named in the first of `width` columns; none of those that were judged on different objects. */
function baselineLines(finished: RunOutcome[], width: number): Line[] {
  const objectsOf = ({ results }: RunOutcome) => JSON.stringify(results?.objects?.map(({ id }) => id));
  if (new Set(finished.map(objectsOf)).size > 1) return [];
  return baselineLabels(finished).map((label) => ({
    label,
    values: [label, ...Array(width - 1).fill('')],
    outcomes: distinctBy(
      finished.filter(({ results }) => results?.tables[0].rows.some((row) => row.label === label)),
      // Runs of one seed have the same baselines, which count once.
      ({ run, results }) =>
        JSON.stringify([
          run.overrides.seed,
          results?.tables[0].rows.find((row) => row.label === label)?.values,
        ]),
    ),
    contender: { baseline: label },
  }));
}

function distinctBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  return [...new Map(items.toReversed().map((item) => [keyOf(item), item])).values()].toReversed();
}

const singleRuns = ({ values, outcomes, ...line }: Line): Line[] =>
  outcomes.map((outcome) => ({
    ...line,
    values: [...values, outcome.run.overrides.seed],
    outcomes: [outcome],
  }));

function lineNamed(name: string, lines: readonly Line[]): Line {
  const line = lines.find(({ label }) => label === name);
  if (line) return line;
  const names = lines.map(({ label }) => label);
  const nearest = nearestName(name, names);
  throw new ArgumentError(
    `there is no row or baseline "${name}"; ${nearest ? `did you mean "${nearest}"?` : `known: ${names.join(', ')}`}`,
  );
}

const categoriesOf = ({ outcomes }: Line) =>
  [...new Set(commonObjects(outcomes).map(({ category }) => category))].sort();

const idsOf = (outcomes: readonly RunOutcome[], category: string | undefined) =>
  commonObjects(outcomes)
    .filter((object) => category === undefined || object.category === category)
    .map(({ id }) => id);

/** Of all objects as the tables of the runs have it; of a category, from its objects. */
function spread({ outcomes, contender }: Line, key: string, category?: string): Statistic | undefined {
  return statistic(
    outcomes.map((outcome) => {
      if (category !== undefined) {
        const numbers = objectNumbers(outcome, contender, idsOf([outcome], category), key);
        return numbers && statistic(numbers)?.mean;
      }
      const { results } = outcome;
      return contender === 'model'
        ? ownNumber(results, key)
        : baselineNumber(results, contender.baseline, key);
    }),
  );
}

function difference(line: Line, opponent: Line, key: string, category?: string): MeanInterval | undefined {
  const pairs = pairsOf(line, opponent);
  const ids = idsOf(pairs.flat(), category);
  const table = pairs.flatMap(([outcome, other]) => {
    const own = objectNumbers(outcome, line.contender, ids, key);
    const theirs = objectNumbers(other, opponent.contender, ids, key);
    return own && theirs ? [own.map((number, i) => number - theirs[i])] : [];
  });
  // Without the runs that lack a number, the worst ones, it would flatter.
  if (ids.length === 0 || table.length === 0 || table.length < pairs.length) return undefined;
  return meanInterval(table, { random: new Random('table of a sweep') });
}

/** Runs of the same seed; a baseline is that of the very run that it is compared with. */
function pairsOf(line: Line, opponent: Line): [RunOutcome, RunOutcome][] {
  if (opponent.contender !== 'model') return line.outcomes.map((outcome) => [outcome, outcome]);
  if (line.contender !== 'model') return opponent.outcomes.map((outcome) => [outcome, outcome]);
  return line.outcomes.flatMap((outcome): [RunOutcome, RunOutcome][] => {
    const other = opponent.outcomes.find(({ run }) => run.overrides.seed === outcome.run.overrides.seed);
    return other ? [[outcome, other]] : [];
  });
}

function chooseMetrics(
  finished: readonly RunOutcome[],
  wanted: readonly string[] | undefined,
): ResultColumn[] {
  if (!wanted) return sweepColumns(finished);
  const known = sweepColumns(finished, 'all');
  const names = known.map(({ key }) => key);
  return wanted.map((key) => {
    const column = known.find((candidate) => candidate.key === key);
    if (column) return column;
    const nearest = nearestName(key, names);
    throw new ArgumentError(
      `there is no metric "${key}"; ${nearest ? `did you mean ${nearest}?` : `known: ${names.join(', ')}`}`,
    );
  });
}
