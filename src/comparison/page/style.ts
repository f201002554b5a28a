// What the page of a comparison adds to the look of reports.

export const comparisonStyle = `
body { max-width: 78rem; }
h4 { font-size: 0.95rem; margin: 1.6rem 0 0.3rem; }
nav { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; margin: 1.5rem 0; font-size: 0.93rem; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 3px; }
.numbers { min-width: 0; }
.numbers th, .numbers td { padding: 0.32rem 0.65rem; }
.numbers .error { color: var(--faint); font-size: 0.82em; font-weight: 400; }
.numbers thead td { border-bottom-color: var(--faint); }
.numbers tbody th { font-weight: 400; }
.numbers .group th { color: var(--faint); font-size: 0.87rem; font-weight: 500; padding-top: 1rem; }
.heat thead th { white-space: normal; max-width: 8rem; vertical-align: bottom; }
.heat td { background: color-mix(in srgb, var(--accent) calc(45% * var(--heat, 0)), transparent); }
.scroll:focus-visible, .panels:focus-visible, button:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 4px; }
.method { white-space: nowrap; }
.method svg { vertical-align: 0.1em; margin-right: 0.2em; }
.key { display: flex; flex-wrap: wrap; gap: 0.2rem 1.3rem; max-width: none; font-size: 0.9rem; }
.side { display: flex; flex-wrap: wrap; gap: 0 3rem; }
.side > * { min-width: 0; max-width: 100%; }
.methods td { padding: 0.3rem 1.2rem 0.3rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
.facts { grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); }
.thumbnails { display: flex; flex-wrap: wrap; gap: 1rem 1.5rem; align-items: flex-start; margin: 1rem 0; }
.thumbnails img { display: block; border-radius: 4px; outline: 1px solid var(--line); image-rendering: pixelated; }
figure { margin: 0; min-width: 0; }
figcaption { font-size: 0.87rem; padding: 0.3rem 0; line-height: 1.4; }
fieldset { border: 0; margin: 0 0 0.6rem; padding: 0; font-size: 0.9rem; }
fieldset label { display: block; }
legend { color: var(--faint); padding: 0; font-size: 0.87rem; }
.panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: 0.8rem 1.2rem; margin: 0.8rem 0 0.2rem; }
.panels figure { break-inside: avoid; }
.panels figure.large { grid-column: 1 / -1; width: min(100%, 85vh); }
.panels b { font-weight: 600; }
.panels figcaption .note { display: block; min-height: 2.8em; font-variant-numeric: tabular-nums; }
.panels button { float: right; border: 0; background: none; color: var(--faint); cursor: pointer; font-size: 1rem; line-height: 1; padding: 0.15rem 0.3rem; }
.panels button[aria-pressed=true] { color: var(--accent); }
.frame { aspect-ratio: 1; background: var(--tile); border-radius: 4px; overflow: hidden; cursor: crosshair; touch-action: pan-y; }
.frame svg { display: block; width: 100%; height: 100%; }
.frame image { image-rendering: pixelated; }
.pictured image { opacity: 0.3; }
.wire { fill: none; stroke: var(--ink); stroke-opacity: 0.22; stroke-width: 1; vector-effect: non-scaling-stroke; }
.arrow .shaft { fill: none; stroke: var(--color); stroke-width: 1.8; vector-effect: non-scaling-stroke; }
.arrow .head { fill: var(--color); }
.arrow.exact { opacity: 0.4; }
.arrow.exact .shaft { stroke: var(--ink); }
.arrow.exact .head { fill: var(--ink); }
.mark { fill: none; stroke: var(--ink); stroke-width: 2; vector-effect: non-scaling-stroke; }
.readout { font-variant-numeric: tabular-nums; max-width: none; margin: 0; }
.scale { display: flex; align-items: center; gap: 0.6rem; font-size: 0.87rem; font-variant-numeric: tabular-nums; }
.scale .bar { width: 14rem; height: 0.7rem; border-radius: 2px; background: linear-gradient(to right, rgb(43 120 210), transparent, rgb(224 112 20)), var(--tile); }
.legend { margin: 1rem 0; }
.legend div { display: grid; grid-template-columns: 9rem 1fr; gap: 0.2rem 1.5rem; border-bottom: 1px solid var(--line); padding: 0.4rem 0; }
.legend dt { font-weight: 600; }
.legend dd { margin: 0; max-width: 46rem; }
.formula { display: block; font-family: Georgia, "Times New Roman", serif; font-size: 1.02rem; }
@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  .legend div { grid-template-columns: 1fr; }
  .methods td { display: block; }
  .methods td:first-child { border: 0; padding-bottom: 0; }
  .panels { grid-template-columns: 1fr 1fr; gap: 0.5rem; }
  .panels figcaption .note { min-height: 4.2em; }
  .numbers th, .numbers td { padding: 0.32rem 0.5rem; }
  .numbers tbody th, .numbers thead td { position: sticky; left: 0; background: var(--page); max-width: 9rem; overflow: hidden; text-overflow: ellipsis; }
}
@media print {
  * { print-color-adjust: exact; }
  :root, body { font-size: 11px; }
  body { padding: 0; max-width: none; }
  nav, .controls, .panels button, .readout, summary { display: none; }
  .panels { grid-template-columns: repeat(4, 1fr); }
  .scroll { overflow: visible; }
  .plots svg, tr { break-inside: avoid; }
}
`;
