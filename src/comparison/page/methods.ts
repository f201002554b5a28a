// The look of a method throughout the page: its number in the comparison gives its colour, the same in plots, arrows and tables.

import { type Html, html } from '../../report/html.ts';
import { curveStyle } from '../../report/plots.ts';
import type { MethodSummary } from '../results.ts';

/** What the exact gradient is called in pictures. */
export const ORACLE = 'oracle';

/** The colour of a method's arrows; the oracle's are drawn in ink. */
export function methodColor(methods: readonly MethodSummary[], label: string): string {
  const index = methods.findIndex((method) => method.label === label);
  return index < 0 ? 'var(--ink)' : curveStyle(index).color;
}

/** A piece of the method's line, as in the plots, and its name. */
export function methodLabel(methods: readonly MethodSummary[], label: string): Html {
  const { color, dash } = curveStyle(methods.findIndex((method) => method.label === label));
  return html`<span class="method"><svg width="18" height="8" aria-hidden="true"><path d="M0 4h18" stroke="${color}" stroke-width="3" stroke-dasharray="${dash.join(' ')}"/></svg> ${label}</span>`;
}

/** All methods in a row, as the legend of plots. */
export function methodLegend(methods: readonly MethodSummary[]): Html {
  return html`<p class="key">${methods.map(({ label }) => methodLabel(methods, label))}</p>`;
}
