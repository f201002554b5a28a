// One page about one run, whole in itself: tables, pictures, curves, config. Reads the run folder and nothing else.

import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { atomicWrite } from '../../renderer/io/atomicWrite.ts';
import { formatConfig } from '../experiments/config.ts';
import type { MetricsRecord, TimingsRecord } from '../experiments/results.ts';
import type { RunFolder } from '../experiments/runFolder.ts';
import { formatDuration } from './format.ts';
import { Html, html } from './html.ts';
import { configFacts, environmentFacts, type Fact, factList, pictureGrid, resultTable } from './page.ts';
import { drawCurves, lossCurves, validationCurves } from './plots.ts';
import { style } from './style.ts';

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
  const [config, environment, results, index] = await Promise.all([
    run.readConfig(),
    run.readEnvironment(),
    run.readResults(),
    run.readPictureIndex(),
  ]);
  const metrics = run.metrics.read();
  const sources = await pictureSources(run.file('pictures'));
  const title = results?.title ?? config.name;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style)}</style>
</head>
<body>
<h1>${title}</h1>
${config.description && html`<p class="lede">${config.description}</p>`}
${!results && html`<p class="warning">This run has not come to its end: ${lastStep(metrics)}.</p>`}
${results?.tables.map(resultTable)}
${factList([...configFacts(config), ...timeFacts(run.timings.read())])}
${index.groups.length > 0 && html`<h2>Pictures</h2>`}
${index.groups.map((group) => pictureGrid(group, (name) => sources.get(name)))}
${metrics.length > 0 && html`<h2>Course of the training</h2>${await plots(metrics)}`}
<h2>How to repeat it</h2>
<p>Save the config below as <code>config.yaml</code>; the same seed and back end give the same numbers.</p>
<pre>rastergrad run config.yaml</pre>
<details><summary>The whole config, defaults included</summary><pre>${formatConfig(config)}</pre></details>
${environment && html`<h3>Made with</h3>${factList(environmentFacts(environment))}`}
</body>
</html>
`;
}

async function plots(metrics: MetricsRecord[]): Promise<Html> {
  const losses = lossCurves(metrics);
  const charts =
    losses.length > 0
      ? [drawCurves(losses, { title: 'Weighted loss terms', log: true, width: 980, height: 300 })]
      : [];
  for (const [title, points] of validationCurves(metrics)) {
    // One point is in the table.
    if (points.length < 2) continue;
    charts.push(drawCurves(points, { title: `Validation: ${title}`, log: false, width: 315, height: 210 }));
  }
  return html`<div class="plots">${await Promise.all(charts)}</div>`;
}

function timeFacts(timings: TimingsRecord[]): Fact[] {
  const last = timings.at(-1);
  if (!last) return [];
  const memory = Math.max(...timings.map(({ memoryMegabytes }) => memoryMegabytes));
  // Of objects that are fitted one after another, each has a clock of its own.
  const seconds = last.object ? timings.reduce((sum, one) => sum + one.seconds, 0) : last.seconds;
  return [
    ['Time', formatDuration(seconds)],
    ['Speed', `${last.stepsPerSecond.toPrecision(3)} steps a second`],
    ...waitFact(timings),
    ['Peak memory', `${Math.round(memory)} MB`],
  ];
}

/** How long a step waits for data, on average over the run. */
function waitFact(timings: TimingsRecord[]): Fact[] {
  const measured = timings.filter(({ waitMilliseconds }) => waitMilliseconds !== undefined);
  if (measured.length === 0) return [];
  const mean = (key: 'stepMilliseconds' | 'waitMilliseconds') =>
    measured.reduce((sum, timing) => sum + timing[key]!, 0) / measured.length;
  const [step, wait] = [mean('stepMilliseconds'), mean('waitMilliseconds')];
  return [['Time of a step', `${step.toPrecision(3)} ms, of which ${wait.toPrecision(2)} ms for data`]];
}

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
    return [name, `data:image/png;base64,${bytes.toString('base64')}`];
  };
  return new Map(await Promise.all(names.map(read)));
}
