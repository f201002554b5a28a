// The measures as tables show them, on the page and in the terminal: where each is found, how it is written and judged.

import { type Html, html } from '../report/html.ts';
import type { Better } from '../runs/results.ts';
import type { Mean, Measurement } from './results.ts';

export interface Measure {
  label: string;
  /** In the terminal, where room is short; default: `label`. */
  short?: string;
  /** Digits after the decimal point. */
  digits: number;
  /** The number, its standard error where it is a mean over cases; null where it means nothing. */
  value(measurement: Measurement): Mean | number | null;
  better: Better;
  formula: Html;
  meaning: string;
}

const percent = (share: number | null) => share && 100 * share;

const g = html`<var>g</var>`;
const exact = html`<var>ĝ</var>`;
const length = (vector: Html) => html`‖${vector}‖`;

export const measures: readonly Measure[] = [
  {
    label: 'cosine',
    digits: 3,
    value: ({ cosine }) => cosine,
    better: 'higher',
    formula: html`⟨${g}, ${exact}⟩ / (${length(g)} ${length(exact)})`,
    meaning: 'Do both point the same way, over all vertices at once? 1: exactly; 0: at right angles.',
  },
  {
    label: 'worst',
    digits: 2,
    value: ({ cosine, cases }) => (cosine && cases > 1 ? cosine.worst : null),
    better: 'higher',
    formula: html`min over cases`,
    meaning: 'The least cosine of all random cases.',
  },
  {
    label: 'cosine, limit',
    short: 'limit',
    digits: 3,
    value: ({ cosineToLimit }) => cosineToLimit,
    better: 'higher',
    formula: html`as cosine, ${exact} = ∂(|V| + |T| − 2 |V ∩ T|)/∂<var>v</var>`,
    meaning:
      'The same against infinitely many pixels: areas of the triangle V and its target T, in closed form.',
  },
  {
    label: 'norm ratio',
    short: 'norm',
    digits: 2,
    value: ({ normRatio }) => normRatio,
    better: 'one',
    formula: html`${length(g)} / ${length(exact)}`,
    meaning:
      'Is it as long? An optimiser with its own step lengths, such as Adam, does not mind a constant factor.',
  },
  {
    label: 'angle, median °',
    short: 'angle °',
    digits: 1,
    value: ({ angle }) => angle?.median ?? null,
    better: 'lower',
    formula: html`median ∠(${g}<sub>v</sub>, ${exact}<sub>v</sub>)`,
    meaning:
      'Degrees between the two at a single vertex, where the exact one is above 10⁻³ of its largest and the other is not zero.',
  },
  {
    label: '95 % °',
    digits: 1,
    value: ({ angle }) => angle?.p95 ?? null,
    better: 'lower',
    formula: html`95th percentile of the same`,
    meaning: 'One vertex in twenty is off by more than this.',
  },
  {
    label: 'zero %',
    digits: 1,
    value: ({ zeroShare }) => percent(zeroShare),
    better: 'lower',
    formula: html`#{<var>v</var>: ${g}<sub>v</sub> = 0} / #{<var>v</var>}`,
    meaning: 'Share of the vertices with such an exact gradient that get none at all.',
  },
  {
    label: 'sign %',
    digits: 1,
    value: ({ signAgreement }) => percent(signAgreement),
    better: 'higher',
    formula: html`#{sign ${g}<sub>vi</sub> = sign ${exact}<sub>vi</sub>} / #{<var>v</var>, <var>i</var>}`,
    meaning: 'Share of their x and y components that have the right sign.',
  },
  {
    label: 'sum rule',
    digits: 3,
    value: ({ sumRule }) => sumRule,
    better: 'lower',
    formula: html`‖Σ<sub>p</sub> ∂α<sub>p</sub>/∂<var>v</var> − ∂<var>A</var>/∂<var>v</var>‖ / ‖∂<var>A</var>/∂<var>v</var>‖`,
    meaning: 'Does the coverage of all pixels together change as the visible area A does? 0: exactly.',
  },
];
