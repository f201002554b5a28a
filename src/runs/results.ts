// What a run leaves behind for people: tables of numbers (results.json) and grids of pictures (pictures/index.json). The report
// page and the terminal both show these, and know nothing else about the experiment.

/** One column of numbers. Its `key` picks the number out of each row. */
export interface ResultColumn {
  key: string;
  /** With its unit: "chamfer ×10⁻³". */
  label: string;
  /** Digits after the decimal point. */
  digits: number;
  /** Which numbers are better, `one` being those near 1, as ratios; absent where they do not compete. */
  better?: Better;
}

export type Better = 'lower' | 'higher' | 'one';

/** One line: a trained model, or a baseline that it is compared with. A missing number is shown as a dash. */
export interface ResultRow {
  label: string;
  kind: 'model' | 'baseline';
  values: Record<string, number>;
}

export interface ResultTable {
  title: string;
  /** How the numbers were measured, in a sentence or two. */
  note: string;
  columns: ResultColumn[];
  rows: ResultRow[];
  /** False where rows do not compete, as categories or objects: then none of them is the best. */
  ranked?: boolean;
}

/** What takes the numbers of `ObjectScores` to the units of columns: those with no factor have one unit. */
export const columnFactors: Readonly<Record<string, number>> = { chamfer: 1e3 };

/** Numbers of one object: means over its pictures. */
export interface ObjectScores {
  id: string;
  category: string;
  /** Of each row of the first table, in order. */
  rows: Record<string, number>[];
}

/** Contents of results.json. */
export interface Results {
  title: string;
  tables: ResultTable[];
  /** Objects of the first table, in the unit of its data set and not scaled as its columns are. Of a training only. */
  objects?: ObjectScores[];
  /** Baselines on the objects that validations during the training looked at, in the same way. */
  validationBaselines?: { label: string; values: Record<string, number> }[];
}

/** A grid of pictures: one row an object, one column a kind of picture. */
export interface PictureGroup {
  title: string;
  columns: string[];
  /** What colours of error pictures say: numbers from 0 to `largest`, as `rampColor` shows them. */
  scale?: { label: string; largest: number };
  /** `cells` are names of PNG files in pictures/, one a column. */
  rows: { label: string; cells: string[]; note?: string }[];
}

/** Contents of pictures/index.json. */
export interface PictureIndex {
  groups: PictureGroup[];
}

/**
 * One line of metrics.jsonl: the loss terms of a training step (`total` and the weighted terms) and what the optimiser was given; or
 * of some steps, the norms of each term's gradient with respect to the predicted vertices; or a validation; or that step `at` diverged
 * and what became of it: it was left out, or the run went back to after `step`, with the schedule's learning rate times `rateFactor`.
 * `object` names the object where each has a training of its own (fit).
 */
export type MetricsRecord = { step: number; object?: string } & (
  | { kind: 'train'; losses: Record<string, number>; learningRate?: number; gradientNorm?: number }
  | { kind: 'gradients'; norms: Record<string, number> }
  | { kind: 'validation'; values: Record<string, number> }
  | { kind: 'diverged'; at: number; reason: string; action: 'skip' | 'rewind'; rateFactor: number }
);

/** Of a training, since the last line of timings.jsonl. */
export interface StepTimes {
  /** Means: of a step, and of its wait for data, reading and augmentation included. */
  stepMilliseconds: number;
  waitMilliseconds: number;
  /** Means of its other parts: prediction, rendering and losses; their gradient; the optimiser. Absent in runs of old versions. */
  forwardMilliseconds?: number;
  backwardMilliseconds?: number;
  optimizerMilliseconds?: number;
  /** Of all validations; absent where there was none. */
  validationSeconds?: number;
}

/** One line of timings.jsonl: what may differ from run to run. */
export interface TimingsRecord extends Partial<StepTimes> {
  step: number;
  object?: string;
  /** When the line was written, in seconds since 1970. */
  time?: number;
  /** Since the run began, pauses between resumed parts left out. */
  seconds: number;
  stepsPerSecond: number;
  /** Of the whole process. */
  memoryMegabytes: number;
  /** Size of the wasm back end's memory, which never shrinks; absent on other back ends. */
  wasmMegabytes?: number;
}

/** Orders numbers: the best is the one for which this is least. */
export const penalties: Readonly<Record<Better, (value: number) => number>> = {
  lower: (value) => value,
  higher: (value) => -value,
  one: (value) => Math.abs(Math.log(value)),
};

/** The row with the best number of a column; undefined where there is none, or rows do not compete. */
export function bestRow(table: ResultTable, { key, better }: ResultColumn): ResultRow | undefined {
  if (table.ranked === false || !better) return undefined;
  const penalty = penalties[better];
  const rows = table.rows.filter((row) => Number.isFinite(row.values[key]));
  return rows.reduce<ResultRow | undefined>(
    (best, row) => (best && penalty(best.values[key]) <= penalty(row.values[key]) ? best : row),
    undefined,
  );
}

const arrows: Readonly<Record<Better, string>> = { lower: '↓', higher: '↑', one: '→ 1' };

/** A column's label, with an arrow to where its better numbers are. */
export function columnHeading({ label, better }: ResultColumn): string {
  return better ? `${label} ${arrows[better]}` : label;
}

/** A row's number of a column as people read it; a dash where there is none. */
export function formatValue(row: ResultRow, { key, digits }: ResultColumn): string {
  const value = row.values[key];
  return Number.isFinite(value) ? value.toFixed(digits) : '–';
}
