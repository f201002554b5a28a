// Gradients of a scene as figures: arrows at the vertices, colours at the pixels, one panel a method beside the oracle's. What is
// put here are frames, captions and numbers; script.ts draws into them and answers the pointer and the keys.

import { Html, html } from '../../report/html.ts';
import { cosine, norm, normRatio } from '../measures.ts';
import { type Comparison, type MethodSummary, mapValues, type ScenePictures } from '../results.ts';
import { methodColor, ORACLE } from './methods.ts';

/** A mesh of more edges is drawn without them: they would hide the picture. */
const MOST_EDGES = 1500;

/** The figures of one scene; `index` is its place in the comparison's pictures. */
export function sceneFigures({ methods }: Comparison, pictures: ScenePictures, index: number): Html {
  const { resolution, loss } = pictures;
  const exact = pictures.gradients.find(({ label }) => label === ORACLE)?.values;
  const arrowNotes = pictures.gradients.map(({ label, values }) => [
    label,
    label === ORACLE || !exact ? 'the exact gradient' : agreement(values, exact),
  ]);
  const mapNotes = pictures.maps.map((map) => [map.label, `sum ${signed(sum(mapValues(map)))}`]);
  return html`<div class="thumbnails">
<figure><img src="${pictures.image}" alt="The scene, rendered at ${resolution} × ${resolution} pixels" width="160" height="160"><figcaption>The scene</figcaption></figure>
<figure><img src="${pictures.target}" alt="The target, rendered at ${resolution} × ${resolution} pixels" width="160" height="160"><figcaption>Its target</figcaption></figure>
<form class="controls">
<fieldset><legend>Scale of arrows and colours</legend>
<label><input type="radio" name="scale" value="common" checked> one for all, the exact gradient’s</label>
<label><input type="radio" name="scale" value="own"> each its own: directions only</label>
</fieldset>
<fieldset><legend>Behind the arrows</legend>
<label><input type="radio" name="behind" value="image" checked> the scene</label>
<label><input type="radio" name="behind" value="target"> its target</label>
</fieldset>
</form>
</div>
<h4>At every vertex</h4>
<p class="note">Arrows are −dL/d(<var>x</var>, <var>y</var>): the way gradient descent would move each vertex, L = ${loss} at ${resolution}² pixels. Beneath a method’s arrows the exact ones in grey. An arrow without a head goes on. Point at a vertex for its numbers, or use ← and →, from the vertex with the longest exact arrow on.</p>
${figure('arrows', index, arrowNotes, methods, 'Gradients at the vertices')}
${
  pictures.maps.length > 0 &&
  html`<h4>At every pixel</h4>
<p class="note">Each pixel’s share (dL/dI<sub>p</sub>) · (∂I<sub>p</sub>/∂θ) of the loss’s derivative as the whole mesh moves to the right; they sum up to dL/dθ. Point at a pixel for its numbers, or use the arrow keys.</p>
<p class="scale" aria-hidden="true"><span class="low"></span><span class="bar"></span><span class="high"></span></p>
${figure('maps', index, mapNotes, methods, 'Shares of the pixels')}`
}`;
}

/** All that the script draws from, as a JSON block. */
export function figureData({ pictures }: Comparison): Html {
  const scenes = pictures.map(({ vertices, edges, gradients, maps }) => ({
    vertices: shortened(vertices),
    edges: edges.length <= 2 * MOST_EDGES ? edges : [],
    gradients: gradients.map(({ label, values }) => ({ label, values: shortened(values) })),
    maps,
  }));
  // In a script element only "</script" and "<!--" mean anything to HTML.
  return new Html(
    `<script type="application/json" id="gradients">${JSON.stringify(scenes).replaceAll('<', '\\u003c')}</script>`,
  );
}

function figure(
  kind: 'arrows' | 'maps',
  index: number,
  notes: string[][],
  methods: readonly MethodSummary[],
  name: string,
): Html {
  return html`<div class="panels ${kind}" data-scene="${index}" tabindex="0" role="group" aria-label="${name}; arrow keys step through them">${notes.map(
    ([label, note]) =>
      html`<figure style="--color: ${methodColor(methods, label)}"><div class="frame" role="img" aria-label="${name}: ${label}, ${note}"></div><figcaption><b>${label}</b><button type="button" aria-pressed="false" aria-label="Enlarge ${label}">⤢</button><span class="note">${note}</span></figcaption></figure>`,
  )}</div>
<p class="readout" aria-live="polite">&nbsp;</p>`;
}

function agreement(values: readonly number[], exact: readonly number[]): string {
  if (norm(values) === 0) return 'no gradient at all';
  const [alike, ratio] = [cosine(values, exact), normRatio(values, exact)];
  if (alike === null || ratio === null) return 'the exact gradient is zero';
  return `cosine ${alike.toFixed(3)}, length × ${ratio.toFixed(2)}`;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function signed(value: number): string {
  return (value > 0 ? '+' : '') + value.toPrecision(3).replaceAll('-', '−');
}

/** To five places of the largest: what is left out is neither seen nor, at a thousandth of the largest, read. */
function shortened(values: readonly number[]): number[] {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return [...values];
  const digits = Math.min(100, Math.max(0, 5 - Math.ceil(Math.log10(largest))));
  return values.map((value) => Number(value.toFixed(digits)));
}
