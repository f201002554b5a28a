// One page about a sweep: its numbers over seeds, against its axes and over the steps, and pictures of every group. Reads the folders
// of the runs and nothing else.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { atomicWrite } from '../../../renderer/io/atomicWrite.ts';
import { htmlDocument } from '../../report/document.ts';
import { type Html, html } from '../../report/html.ts';
import { pictureGrid } from '../../report/page.ts';
import { curveLegend, drawCurves } from '../../report/plots.ts';
import { columnHeading, penalties, type ResultColumn } from '../../runs/results.ts';
import { axesOf, axisNames, groupRuns, type RunGroup, valueName } from '../groups.ts';
import { type ReportedRun, type RunOutcome, readOutcome } from '../outcome.ts';
import {
  baselineLabels,
  baselineNumber,
  ownNumber,
  type Statistic,
  statistic,
  statisticText,
  sweepColumns,
} from '../statistics.ts';
import { drawAgainstAxis, otherLabels } from './axisPlots.ts';
import { sweepPictures } from './sweepPictures.ts';
import { meanValidationCurves } from './validationCurves.ts';

export interface ReportedSweep {
  name: string;
  runs: ReportedRun[];
}

/**
 * Writes report.html into the folder of a sweep, as far as its runs have come, and returns its path.
 *
 * @throws FileError where it cannot be written
 */
export async function writeSweepReport(folder: string, sweep: ReportedSweep): Promise<string> {
  const file = path.join(folder, 'report.html');
  await atomicWrite(file, (await sweepPage(folder, sweep)).text);
  return file;
}

async function sweepPage(folder: string, { name, runs }: ReportedSweep): Promise<Html> {
  const outcomes = await Promise.all(runs.map(readOutcome));
  const axes = axesOf(runs);
  const groups = groupRuns(outcomes, axes, name);
  const columns = sweepColumns(outcomes);
  const missing = outcomes.filter(({ results }) => !results);
  const pictures = await sweepPictures(groups);
  const title = `Sweep ${name}`;
  const body = html`<h1>${title}</h1>
<p class="lede">${counted(runs.length, 'run')} in ${counted(groups.length, 'group')}${axes.length > 0 && `, over ${axisNames(axes).join(', ')}`}.</p>
${missing.length > 0 && html`<p class="warning">${counted(missing.length, 'run')} without results: see the list of runs.</p>`}
${columns.length > 0 && groupTable(groups, outcomes, axes, columns)}
${axes.length > 0 && columns.length > 0 && html`<h2>Against each axis</h2>${await axisSections(groups, axes, columns)}`}
${await validationSection(groups, columns)}
${pictures && html`<h2>Pictures</h2>${pictureGrid(pictures.grid, (file) => pictures.sources.get(file))}`}
<h2>Runs</h2>
${runTable(folder, outcomes)}`;
  return htmlDocument(title, body);
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** A row a group, then a row a baseline: mean ± standard deviation over runs. The best mean of a column is bold. */
function groupTable(
  groups: readonly RunGroup[],
  outcomes: readonly RunOutcome[],
  axes: readonly string[],
  columns: readonly ResultColumn[],
): Html {
  const statisticsOf =
    (numberOf: (outcome: RunOutcome, key: string) => number | undefined) => (those: readonly RunOutcome[]) =>
      columns.map(({ key }) => statistic(those.map((one) => numberOf(one, key))));
  const ofModel = statisticsOf(({ results }, key) => ownNumber(results, key));
  const rows = groups.map(({ values, outcomes: own }) => ({
    kind: 'model',
    heads: axes.length > 0 ? values.map(valueName) : ['all'],
    runs: own.filter(({ results }) => results).length,
    of: own.length,
    cells: ofModel(own),
  }));
  const finished = outcomes.filter(({ results }) => results).length;
  const baselines = baselineLabels(outcomes).map((label) => ({
    kind: 'baseline',
    heads: [label, ...axes.slice(1).map(() => '')],
    runs: finished,
    of: finished,
    cells: statisticsOf(({ results }, key) => baselineNumber(results, label, key))(outcomes),
  }));
  const all = [...rows, ...baselines];
  const best = columns.map((column, c) =>
    bestMean(
      column,
      all.map(({ cells }) => cells[c]),
    ),
  );
  const heads = [...(axes.length > 0 ? axisNames(axes) : ['']), 'runs', ...columns.map(columnHeading)];
  const body = all.map(
    ({ kind, heads: labels, runs, of, cells }, r) =>
      html`<tr class="${kind}">${labels.map((label) => html`<td class="head">${label}</td>`)}<td>${runs}${runs < of && ` of ${of}`}</td>${cells.map(
        (cell, c) =>
          html`<td${best[c] === r && html` class="best"`}>${statisticText(cell, columns[c].digits)}</td>`,
      )}</tr>`,
  );
  const {
    tables: [table],
  } = outcomes.find(({ results }) => results)!.results!;
  return html`<h3>${table.title}</h3>
<div class="scroll"><table class="numbers"><thead><tr>${heads.map((head, i) => html`<th${i < Math.max(1, axes.length) && html` class="head"`}>${head}</th>`)}</tr></thead><tbody>${body}</tbody></table></div>
<p class="note">Mean ± standard deviation over the runs of a group. ${table.note}</p>`;
}

/** Number of the row with the best mean; −1 where numbers do not compete. */
function bestMean({ better }: ResultColumn, cells: readonly (Statistic | undefined)[]): number {
  if (!better) return -1;
  const ranks = cells.map((cell) => (cell ? penalties[better](cell.mean) : Infinity));
  const least = Math.min(...ranks);
  return Number.isFinite(least) ? ranks.indexOf(least) : -1;
}

async function axisSections(
  groups: readonly RunGroup[],
  axes: readonly string[],
  columns: readonly ResultColumn[],
): Promise<Html[]> {
  return Promise.all(
    axes.map(async (_, axis) => {
      const charts = await Promise.all(columns.map((column) => drawAgainstAxis(groups, axes, axis, column)));
      return html`<h3>${axisNames(axes)[axis]}</h3>
${axes.length > 1 && curveLegend(otherLabels(groups, axes, axis))}
<div class="plots">${charts.map((chart) => chart && html`<div>${chart}</div>`)}</div>`;
    }),
  );
}

async function validationSection(
  groups: readonly RunGroup[],
  columns: readonly ResultColumn[],
): Promise<Html | false> {
  const names = groups.map(({ label }) => label);
  const curves = [...meanValidationCurves(groups)].filter(([, points]) => points.length > names.length);
  if (curves.length === 0) return false;
  const charts = await Promise.all(
    curves.map(([key, points]) =>
      drawCurves(points, {
        title: columns.find((column) => column.key === key)?.label.replace(/ ×.*/, '') ?? key,
        log: false,
        width: 315,
        height: 210,
        names,
        legend: false,
        points: false,
      }),
    ),
  );
  return html`<h2>Course of the validations</h2>
<p class="note">Means over the runs of a group.</p>
${curveLegend(names)}
<div class="plots">${charts.map((chart) => html`<div>${chart}</div>`)}</div>`;
}

/** Every run, with a way to its own report where it has one. */
function runTable(folder: string, outcomes: readonly RunOutcome[]): Html {
  const rows = outcomes.map(({ run, shortfall }) => {
    const report = path.join(run.folder, 'report.html');
    const link = path.relative(folder, report).split(path.sep).map(encodeURIComponent).join('/');
    const name = existsSync(report) ? html`<a href="${link}">${run.name}</a>` : run.name;
    const seed = run.overrides.seed;
    return html`<tr><td>${name}</td><td>${seed === undefined ? '–' : valueName(seed)}</td><td${shortfall && html` class="failed"`}>${shortfall ?? 'finished'}</td></tr>`;
  });
  return html`<div class="scroll"><table class="runs"><thead><tr><th>run</th><th>seed</th><th>state</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}
