// One page about one comparison, whole in itself: tables, gradients on the pictures, curves, and how to make it again.

import path from 'node:path';
import { atomicWrite } from '../../../renderer/io/atomicWrite.ts';
import { Html, html } from '../../report/html.ts';
import { environmentFacts, factList } from '../../report/page.ts';
import { style } from '../../report/style.ts';
import { type Comparison, descentNames, type LossName, type SceneSummary, type Timings } from '../results.ts';
import { figureData, sceneFigures } from './figures.ts';
import { legendOfLosses, legendOfMeasures } from './legend.ts';
import { methodLabel, methodLegend } from './methods.ts';
import { drawCosines, drawDescent } from './plots.ts';
import { script } from './script.ts';
import { comparisonStyle } from './style.ts';
import { biasTable, measurementTable, summaryTable, timingTable } from './tables.ts';

/** Writes index.html into an existing folder and returns its path. Parts that were left out of a comparison are left out of it. */
export async function writeComparisonPage(
  folder: string,
  comparison: Comparison,
  timings: Timings,
): Promise<string> {
  const file = path.join(folder, 'index.html');
  await atomicWrite(file, (await comparisonPage(comparison, timings)).text);
  return file;
}

/** The page as HTML. */
export async function comparisonPage(comparison: Comparison, timings: Timings): Promise<Html> {
  const { title, description, scenes, methods, resolutions, losses, pictures, bias, descents } = comparison;
  const sizes = resolutions.map((resolution) => `${resolution}²`).join(', ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(style + comparisonStyle)}</style>
</head>
<body>
<h1>${title}</h1>
${description && html`<p class="lede">${description}</p>`}
<nav aria-label="Contents">${contents(comparison, timings).map(({ id, name }) => html`<a href="#${id}">${name}</a>`)}</nav>
${factList([
  ['Scenes', String(scenes.length)],
  ['Methods', String(methods.length)],
  ['Pictures', `${sizes} pixels`],
  ['Losses', losses.join(', ')],
  [
    'Random cases',
    scenes
      .filter(({ cases }) => cases > 1)
      .map(({ title, cases }) => `${cases} of ${title}`)
      .join(', ') || 'none',
  ],
  ['Seed', String(comparison.seed)],
])}

<section id="summary">
<h2>At a glance</h2>
${
  scenes.length > 0 &&
  html`<div class="side">${losses.map(
    (loss) => html`<div><h3>Cosine to the exact gradient: ${loss}, ${Math.max(...resolutions)}² pixels</h3>
${summaryTable(comparison, loss)}</div>`,
  )}</div>
<p class="note">1 is the exact direction; the best of each scene in bold, ± the standard error over random cases. A dash: the method gives no gradient, which has no direction.</p>`
}
<h3>Methods</h3>
<div class="scroll"><table class="methods">${methods.map(({ label, summary }) => html`<tr><td>${methodLabel(methods, label)}</td><td>${summary}</td></tr>`)}</table></div>
</section>

${scenes.map((scene, i) => sceneSection(comparison, scene, i))}

${
  resolutions.length > 1 &&
  html`
<section id="resolution">
<h2>Cosine against resolution</h2>
<p class="note">Logarithmic in 1 − cosine: each further nine takes the same room. Bars are standard errors of the mean over random cases.</p>
${methodLegend(methods)}
${await Promise.all(losses.map((loss) => cosinePlots(comparison, loss)))}
</section>`
}
${
  bias.length > 0 &&
  html`
<section id="bias">
<h2>Where descent stops</h2>
<p>A straight edge of random direction and place is moved until its loss against its own hard mask no longer falls. How far does it stand outside (+) or inside (−) of the true edge then? Mean over ${bias[0].cases} edges ± its standard error, in pixels and in units of the image plane, which is 2 wide.</p>
${biasTable(comparison)}
</section>`
}
${
  descents.length > 0 &&
  html`
<section id="descents">
<h2>Descents</h2>
<p>A shape is recovered from its silhouette, ${descents[0].resolution}² pixels: every method from the same start, with the same optimiser and learning rate. Each loss is the method’s own; IoU is that of hard silhouettes and compares them all.</p>
${methodLegend(methods)}
${await Promise.all(
  descentNames
    .filter((name) => descents.some(({ scene }) => scene === name))
    .map(
      async (name) =>
        html`<h3>${name[0].toUpperCase() + name.slice(1)}</h3><div class="plots four">${await Promise.all(drawDescent(comparison, timings, name))}</div>`,
    ),
)}
</section>`
}
${
  timings.measurements.length > 0 &&
  html`
<section id="timing">
<h2>Time and memory</h2>
<details><summary>Milliseconds forward and backward, and the largest growth of memory</summary>
${timingTable(comparison, timings)}
</details>
</section>`
}

<section id="measures">
<h2>What the measures mean</h2>
<p><var>g</var> is a method’s gradient dL/d(<var>x</var>, <var>y</var>) of all vertices in the image plane, <var>ĝ</var> the exact one: the derivative of the same loss over the area-sampled visible picture.</p>
${legendOfMeasures()}
<h3>Losses</h3>
${legendOfLosses(losses)}
</section>

<section id="again">
<h2>How to make it again</h2>
<pre>${comparison.command}</pre>
<p class="note">The same command gives the same numbers, times and memory apart.</p>
${factList(environmentFacts(timings.environment))}
</section>
${pictures.length > 0 && html`<noscript><p class="warning">The arrows and maps are drawn by a script, which is switched off.</p></noscript>${figureData(comparison)}<script>${new Html(script)}</script>`}
</body>
</html>
`;
}

function sceneSection(comparison: Comparison, scene: SceneSummary, index: number): Html {
  const { losses, pictures } = comparison;
  const place = pictures.findIndex((entry) => entry.scene === scene.name);
  const size = `${scene.vertexCount} ${plural(scene.vertexCount, 'vertex', 'vertices')}, ${scene.faceCount} ${plural(scene.faceCount, 'face', 'faces')}`;
  return html`
<section id="scene-${index}">
<h2>${scene.title}</h2>
<p>${scene.description} <span class="note">${size}${scene.cases > 1 && `; ${scene.cases} random cases, the first of them in the pictures`}.</span></p>
${place >= 0 && sceneFigures(comparison, pictures[place], place)}
${losses.map(
  (loss, l) => html`<details${l === 0 && html` open`}><summary>All measures: ${loss}</summary>
${measurementTable(comparison, scene.name, loss)}</details>`,
)}
</section>`;
}

async function cosinePlots(comparison: Comparison, loss: LossName): Promise<Html> {
  const charts = await Promise.all(comparison.scenes.map((scene) => drawCosines(comparison, scene, loss)));
  return html`<h3>${loss}</h3><div class="plots">${charts}</div>`;
}

/** Parts of the page and what they are called. */
function contents(comparison: Comparison, { measurements }: Timings): { id: string; name: string }[] {
  const { scenes, resolutions, bias, descents } = comparison;
  const parts = [
    { id: 'summary', name: 'At a glance' },
    ...scenes.map(({ title }, i) => ({ id: `scene-${i}`, name: title })),
    { id: 'resolution', name: 'Resolution', missing: resolutions.length < 2 },
    { id: 'bias', name: 'Bias', missing: bias.length === 0 },
    { id: 'descents', name: 'Descents', missing: descents.length === 0 },
    { id: 'timing', name: 'Time and memory', missing: measurements.length === 0 },
    { id: 'measures', name: 'Measures' },
    { id: 'again', name: 'How to make it again' },
  ];
  return parts.filter((part) => !('missing' in part && part.missing));
}

function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
