// One page about one run, whole in itself: tables, pictures, curves, config. Reads the run folder and nothing else.

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { atomicWrite } from '../../renderer/io/atomicWrite.ts';
import { formatConfig } from '../config/config.ts';
import type { MetricsRecord, PictureGroup, Results } from '../runs/results.ts';
import type { RunFolder } from '../runs/runFolder.ts';
import { changesFrom, changesTable, configChanges } from './configChanges.ts';
import { dataUri } from './dataUri.ts';
import { htmlDocument } from './document.ts';
import { type Html, html } from './html.ts';
import { configFacts, environmentFacts, factList, pictureGrid, resultTable } from './page.ts';
import {
  type CurvePoint,
  curveLegend,
  drawCurves,
  gradientCurves,
  levelCurve,
  lossCurves,
  optimizerCurves,
  validationCurves,
} from './plots.ts';
import { timeBar, timeFacts, timeParts } from './timeSplit.ts';

/**
 * Writes report.html into a run folder and returns its path. A run that was interrupted, or is still going on, is reported as
 * far as it came.
 */
export async function writeReport(run: RunFolder): Promise<string> {
  const file = run.file('report.html');
  await atomicWrite(file, (await reportPage(run)).text);
  return file;
}

async function reportPage(run: RunFolder): Promise<Html> {
  const [config, parent, environment, results, index] = await Promise.all([
    run.readConfig(),
    run.readParent(),
    run.readEnvironment(),
    run.readResults(),
    run.readPictureIndex(),
  ]);
  const metrics = run.metrics.read();
  const timings = run.timings.read();
  const parts = timeParts(timings);
  const sources = await pictureSources(run.file('pictures'));
  const title = results?.title ?? config.name;
  const body = html`<h1>${title}</h1>
${config.description && html`<p class="lede">${config.description}</p>`}
${!results && html`<p class="warning">This run has not come to its end: ${lastStep(metrics)}.</p>`}
${results?.tables.map(resultTable)}
${factList([...configFacts(config), ...timeFacts(timings)])}
${index.groups.length > 0 && html`<h2>Pictures</h2>`}
${index.groups.map((group, i) => pictureGrid(withNewScale(group, index.groups[i - 1]), (name) => sources.get(name)))}
${metrics.length > 0 && html`<h2>Course of the training</h2>${await plots(metrics, results)}`}
${parts.length > 0 && html`<h2>Where the time went</h2>${timeBar(parts)}`}
${parent && html`<h2>What is not as in ${parent.name}</h2>${changesTable(changesFrom(parent, config), parent.name)}`}
<h2>What is not as by default</h2>
${changesTable(configChanges(config), 'default')}
<h2>How to repeat it</h2>
<p>Save the config below as <code>config.yaml</code>; the same seed and back end give the same numbers.</p>
<pre>rastergrad run config.yaml</pre>
<details><summary>The whole config, defaults included</summary><pre>${formatConfig(config)}</pre></details>
${environment && html`<h3>Made with</h3>${factList(environmentFacts(environment))}`}`;
  return htmlDocument(title, body);
}

/** A scale that the group before has too is shown there. */
function withNewScale(group: PictureGroup, before: PictureGroup | undefined): PictureGroup {
  const isKnown = JSON.stringify(group.scale) === JSON.stringify(before?.scale);
  return isKnown ? { ...group, scale: undefined } : group;
}

async function plots(metrics: MetricsRecord[], results: Results | undefined): Promise<Html> {
  const wide: [CurvePoint[], string, number][] = [
    [lossCurves(metrics), 'Weighted loss terms', 300],
    [gradientCurves(metrics), 'Gradient of each term at the predicted vertices: norm', 240],
  ];
  const wideCharts = wide
    .filter(([points]) => points.length > 0)
    .map(([points, title, height]) => drawCurves(points, { title, log: true, width: 980, height }));
  const baselines = results?.validationBaselines ?? [];
  const names = ['this run', ...baselines.map(({ label }) => label)];
  const small = { width: 315, height: 210, legend: false };
  const validations = [...validationCurves(metrics)]
    // One point is in the table.
    .filter(([, points]) => points.length > 1)
    .map(([key, points]) => {
      const steps = points.map(({ step }) => step);
      const levels = baselines.flatMap(({ label, values }) =>
        key in values ? levelCurve(label, values[key], steps) : [],
      );
      const own = points.map((point) => ({ ...point, name: names[0] }));
      const title = `Validation: ${validationLabel(key, results)}`;
      return drawCurves([...own, ...levels], { ...small, title, log: false, names, points: false });
    });
  const optimizer = [...optimizerCurves(metrics)].map(([title, points]) =>
    drawCurves(points, { ...small, title: sentenceCase(title), log: title !== 'learning rate' }),
  );
  return html`<div class="plots">${(await Promise.all(wideCharts)).map((chart) => html`<div class="wide">${chart}</div>`)}</div>
${validations.length > 0 && baselines.length > 0 && curveLegend(names)}
<div class="plots">${(await Promise.all([...validations, ...optimizer])).map((chart) => html`<div>${chart}</div>`)}</div>`;
}

/** What a number is called in the tables; what the records call it where they have it not. Records are not scaled. */
function validationLabel(key: string, results: Results | undefined): string {
  const column = results?.tables[0]?.columns.find((known) => known.key === key);
  return column ? column.label.replace(/ ×.*/, '') : key;
}

const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function lastStep(metrics: MetricsRecord[]): string {
  const last = metrics.at(-1);
  return last ? `its last recorded step is ${last.step}` : 'no step is recorded yet';
}

/** Data URIs of the PNG files in a folder, by name. */
async function pictureSources(folder: string): Promise<Map<string, string>> {
  if (!existsSync(folder)) return new Map();
  const names = (await readdir(folder)).filter((name) => name.endsWith('.png'));
  const read = async (name: string): Promise<[string, string]> => {
    const bytes = await readFile(path.join(folder, name));
    return [name, dataUri(bytes)];
  };
  return new Map(await Promise.all(names.map(read)));
}
