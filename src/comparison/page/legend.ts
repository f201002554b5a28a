// What the page's measures and losses mean, with their formulas.

import { type Html, html } from '../../report/html.ts';
import { measures } from '../columns.ts';
import type { LossName } from '../results.ts';

const losses: Readonly<Record<LossName, { formula: Html; meaning: string }>> = {
  'silhouette-l2': {
    formula: html`Σ<sub>p</sub> (α<sub>p</sub> − τ<sub>p</sub>)² / <var>N</var>`,
    meaning: 'Coverage α against the target’s τ, at N pixels.',
  },
  iou: {
    formula: html`1 − Σ<sub>p</sub> α<sub>p</sub>τ<sub>p</sub> / Σ<sub>p</sub> (α<sub>p</sub> + τ<sub>p</sub> − α<sub>p</sub>τ<sub>p</sub>)`,
    meaning: 'Intersection over union of the two silhouettes.',
  },
  'color-l1': {
    formula: html`Σ<sub>pc</sub> |I<sub>pc</sub> − J<sub>pc</sub>| / 3<var>N</var>`,
    meaning: 'Picture I against the target’s J, in the three channels of linear colour, background included.',
  },
  'color-l2': {
    formula: html`Σ<sub>pc</sub> (I<sub>pc</sub> − J<sub>pc</sub>)² / 3<var>N</var>`,
    meaning: 'The same, squared.',
  },
};

export function legendOfMeasures(): Html {
  return legend(measures.map(({ label, formula, meaning }) => ({ name: label, formula, meaning })));
}

export function legendOfLosses(names: readonly LossName[]): Html {
  return legend(names.map((name) => ({ name, ...losses[name] })));
}

function legend(entries: readonly { name: string; formula: Html; meaning: string }[]): Html {
  return html`<dl class="legend">${entries.map(
    ({ name, formula, meaning }) =>
      html`<div><dt>${name}</dt><dd><span class="formula">${formula}</span> ${meaning}</dd></div>`,
  )}</dl>`;
}
