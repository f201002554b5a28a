// How report pages look: the reader's own fonts, light or dark as they prefer, nothing loaded from anywhere.

export const style = `
:root { color-scheme: light dark; --page: #fdfdfc; --ink: #1d1f21; --faint: #6b6f75; --line: #e2e2de; --tile: #f1f1ee; --behind: #f1f1ee; --accent: #2b5f8f; }
@media (prefers-color-scheme: dark) {
  :root { --page: #17181a; --ink: #e4e4e1; --faint: #979a9f; --line: #303236; --tile: #25272a; --behind: #cfcfca; --accent: #7fb2e0; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 3rem 1.5rem 5rem; max-width: 68rem; background: var(--page); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 1.15rem; margin: 3.2rem 0 0.8rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.8rem 0 0.5rem; }
p { margin: 0.5rem 0; max-width: 46rem; }
.lede { font-size: 1.05rem; color: var(--faint); }
.warning { border-left: 3px solid #c9822b; padding-left: 0.8rem; }
.note { color: var(--faint); font-size: 0.87rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.numbers { min-width: 60%; }
.numbers th, .numbers td { padding: 0.32rem 0.9rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
.numbers th:first-child, .numbers td:first-child { text-align: left; padding-left: 0; }
.numbers .head { text-align: left; padding-left: 0; }
.numbers thead th { font-weight: 500; color: var(--faint); font-size: 0.87rem; border-bottom-color: var(--faint); }
.numbers .baseline td { color: var(--faint); }
.numbers .best { font-weight: 700; color: var(--ink) !important; }
.numbers .baseline .best { text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: 0.2rem 3rem; margin: 1rem 0; }
.facts div { display: flex; justify-content: space-between; gap: 1.5rem; border-bottom: 1px solid var(--line); padding: 0.25rem 0; }
.facts dt { color: var(--faint); white-space: nowrap; }
.facts dd { margin: 0; text-align: right; }
.pictures th { position: sticky; top: 0; background: var(--page); font-weight: 500; font-size: 0.8rem; line-height: 1.25;
  color: var(--faint); padding: 0.5rem 3px; vertical-align: bottom; max-width: 110px; }
.pictures th:first-child { text-align: left; }
.pictures td { padding: 3px; vertical-align: middle; }
.pictures td:first-child { padding-right: 1.2rem; min-width: 9rem; max-width: 14rem; line-height: 1.3; }
.pictures td:first-child .note { display: block; }
.pictures img { display: block; width: 104px; height: 104px; object-fit: contain; background: var(--behind); border-radius: 4px; }
.dense th, .dense td { padding-left: 2px; padding-right: 2px; }
.dense td:first-child { min-width: 7.5rem; max-width: 9.5rem; padding-right: 0.4rem; font-size: 0.9rem; }
.dense img { width: 82px; height: 82px; }
.plots { display: flex; flex-wrap: wrap; gap: 1.5rem 2rem; }
.plots > div { max-width: 100%; overflow-x: auto; }
.plots svg { display: block; max-width: 100%; height: auto; font-family: inherit; }
.plots .wide svg { min-width: 44rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.4rem; list-style: none; margin: 0.6rem 0; padding: 0; font-size: 0.87rem; color: var(--faint); }
.legend b { font-weight: 600; color: var(--ink); }
.legend i { display: inline-block; width: 0.8em; height: 0.8em; border-radius: 2px; margin-right: 0.45em; vertical-align: -0.04em; }
.legend i.line { height: 0; border-top: 2px solid; border-radius: 0; width: 1.3em; vertical-align: 0.25em; }
.bar { display: flex; height: 1.4rem; border-radius: 4px; overflow: hidden; margin-top: 1rem; }
.scale { max-width: 22rem; margin: 0.8rem 0; }
.scale > div:first-child { height: 0.7rem; border-radius: 3px; }
.scale .ticks { display: flex; justify-content: space-between; font-size: 0.8rem; color: var(--faint); font-variant-numeric: tabular-nums; }
.scale .note { max-width: none; margin: 0.2rem 0; line-height: 1.35; }
.changes th, .changes td, .runs th, .runs td { padding: 0.2rem 1.6rem 0.2rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
.changes th, .runs th { font-weight: 500; color: var(--faint); font-size: 0.87rem; }
.changes td { font: 0.83rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
.changes .usual { color: var(--faint); }
a { color: var(--accent); }
.failed { color: #c9622b; }
@media (max-width: 40rem) {
  body { padding: 1.5rem 1rem 3rem; }
  h1 { font-size: 1.5rem; }
  .facts { grid-template-columns: minmax(0, 1fr); }
}
pre { background: var(--tile); border-radius: 6px; padding: 0.9rem 1.1rem; overflow-x: auto; font: 0.83rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
summary { cursor: pointer; color: var(--accent); }
`;
