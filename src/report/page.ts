// The sections of a report page. Each takes data and gives HTML; none reads a file.

import type { ExperimentConfig } from '../config/schema/index.ts';
import { modelOf } from '../models/index.ts';
import { rampStops } from '../pictures/colorRamp.ts';
import type { Environment } from '../runs/environment.ts';
import { bestRow, columnHeading, formatValue, type PictureGroup, type ResultTable } from '../runs/results.ts';
import { type Html, html } from './html.ts';

/** A label and what it says. */
export type Fact = [label: string, value: string];

export function factList(facts: readonly Fact[]): Html {
  return html`<dl class="facts">${facts.map(
    ([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`,
  )}</dl>`;
}

/** A table of numbers, the best of each column in bold, baselines in a fainter ink. */
export function resultTable(table: ResultTable): Html {
  const best = table.columns.map((column) => bestRow(table, column));
  const rows = table.rows.map((row) => {
    const cells = table.columns.map(
      (column, c) => html`<td${best[c] === row && html` class="best"`}>${formatValue(row, column)}</td>`,
    );
    return html`<tr class="${row.kind}"><td>${row.label}</td>${cells}</tr>`;
  });
  const heads = table.columns.map((column) => html`<th>${columnHeading(column)}</th>`);
  return html`<h3>${table.title}</h3>
<div class="scroll"><table class="numbers"><thead><tr><th></th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>
<p class="note">${table.note}</p>`;
}

/** What the colours of error pictures say. */
function colorScale({ label, largest }: NonNullable<PictureGroup['scale']>): Html {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    (part) => html`<span>${Number((part * largest).toPrecision(3))}${part === 1 && '+'}</span>`,
  );
  return html`<div class="scale"><div style="background: linear-gradient(to right, ${rampStops})"></div>
<div class="ticks">${ticks}</div><p class="note">${label}</p></div>`;
}

/** A grid of pictures; `source` gives the data URI of a file in pictures/, or undefined where it is not there. */
export function pictureGrid(group: PictureGroup, source: (file: string) => string | undefined): Html {
  const cell = (file: string, column: number) => {
    const uri = source(file);
    return html`<td>${uri && html`<img src="${uri}" alt="${group.columns[column] ?? ''}">`}</td>`;
  };
  const rows = group.rows.map(
    ({ label, note, cells }) =>
      html`<tr><td>${label}${note && html`<span class="note">${note}</span>`}</td>${cells.map(cell)}</tr>`,
  );
  const heads = group.columns.map((column) => html`<th>${column}</th>`);
  return html`<h3>${group.title}</h3>
${group.scale && colorScale(group.scale)}
<div class="scroll"><table class="pictures${group.columns.length > 8 && ' dense'}"><thead><tr><th></th>${heads}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** What a reader wants to know of a config before reading all of it. */
export function configFacts(config: ExperimentConfig): Fact[] {
  const { method } = config.renderer;
  const losses = Object.entries(config.losses).filter(([, { weight }]) => weight > 0);
  const common: Fact[] = [
    ['Losses', losses.map(([name, { weight }]) => `${name} ${weight}`).join(' · ')],
    ['Rasterizer', `${method.type}, ${config.renderer.imageSize}² pixels`],
    ['Seed', String(config.seed)],
  ];
  if (config.task === 'fit') {
    const { target, geometry, paint, light, fitting } = config;
    return [
      ['Task', 'Fit meshes to pictures, with no network'],
      [
        'Target',
        target.type === 'dataset' ? target.name : target.type === 'mesh' ? target.file : target.path,
      ],
      [
        'Fitted',
        `${geometry.learningRate > 0 ? 'geometry, ' : ''}paint: ${paint.type}, light: ${light.type}`,
      ],
      ['Steps an object', String(fitting.steps)],
      ...common,
    ];
  }
  const { model, training, supervision } = config;
  return [
    ['Task', 'Predict meshes from one picture'],
    ['Data', [config.dataset.name, ...config.dataset.categories].join(' · ')],
    ['Model', model.type],
    ...Object.entries(modelOf(model).facts(model)),
    ['Training', `${training.steps} steps of ${training.batchSize}, learning rate ${training.learningRate}`],
    ['Supervising views', String(supervision.views)],
    ...common,
  ];
}

export function environmentFacts(environment: Environment): Fact[] {
  const { revision, dirty } = environment;
  return [
    ['rastergrad', environment.rastergrad],
    ...(revision
      ? [['Revision', revision.slice(0, 12) + (dirty ? ', with changes' : '')] satisfies Fact]
      : []),
    ['TensorFlow.js', `${environment.tfjs}, ${environment.backend}`],
    ['Node', environment.node],
    ['Platform', environment.platform],
    ['Processor', `${environment.cpu}, ${environment.cores} cores`],
    ...(environment.math ? [['Matrix products', environment.math] satisfies Fact] : []),
    ['Memory', `${environment.memoryGigabytes} GB`],
  ];
}
