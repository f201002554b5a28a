// Where the time of a run went, from timings.jsonl.

import type { TimingsRecord } from '../runs/results.ts';
import { formatDuration } from './format.ts';
import { type Html, html } from './html.ts';
import type { Fact } from './page.ts';
import { curveStyle } from './plots.ts';

/** A part of a run's time. */
export interface TimePart {
  label: string;
  seconds: number;
}

/** How long a run took, how fast it was and what it held in memory. */
export function timeFacts(timings: readonly TimingsRecord[]): Fact[] {
  const last = timings.at(-1);
  if (!last) return [];
  const memory = Math.max(...timings.map(({ memoryMegabytes }) => memoryMegabytes));
  // Of objects that are fitted one after another, each has a clock of its own.
  const seconds = last.object ? timings.reduce((sum, one) => sum + one.seconds, 0) : last.seconds;
  return [
    ['Time', formatDuration(seconds)],
    ['Speed', `${last.stepsPerSecond.toPrecision(3)} steps a second`],
    ...stepFact(timings),
    ['Peak memory', `${Math.round(memory)} MB`],
  ];
}

/** How long a step takes and waits for data, on average over the run. */
function stepFact(timings: readonly TimingsRecord[]): Fact[] {
  const measured = timings.filter(({ waitMilliseconds }) => waitMilliseconds !== undefined);
  if (measured.length === 0) return [];
  const mean = (key: 'stepMilliseconds' | 'waitMilliseconds') =>
    measured.reduce((sum, timing) => sum + timing[key]!, 0) / measured.length;
  const [step, wait] = [mean('stepMilliseconds'), mean('waitMilliseconds')];
  return [['Time of a step', `${step.toPrecision(3)} ms, of which ${wait.toPrecision(2)} ms for data`]];
}

/** Parts of the time in which a network was trained; none where the run did not measure them. */
export function timeParts(timings: readonly TimingsRecord[]): TimePart[] {
  if (!timings.some(({ forwardMilliseconds }) => forwardMilliseconds !== undefined)) return [];
  // Means are of the steps since the line before.
  const stepsOf = (i: number) => timings[i].step - (timings[i - 1]?.step ?? 0);
  const total = (milliseconds: (timing: TimingsRecord) => number | undefined) =>
    timings.reduce((sum, timing, i) => sum + (stepsOf(i) * (milliseconds(timing) ?? 0)) / 1000, 0);
  const parts = {
    data: total(({ waitMilliseconds }) => waitMilliseconds),
    'prediction, rendering and losses': total(({ forwardMilliseconds }) => forwardMilliseconds),
    gradients: total(({ backwardMilliseconds }) => backwardMilliseconds),
    optimiser: total(({ optimizerMilliseconds }) => optimizerMilliseconds),
    validation: timings.reduce((sum, { validationSeconds = 0 }) => sum + validationSeconds, 0),
  };
  const known = Object.values(parts).reduce((sum, seconds) => sum + seconds);
  const rest = Math.max(0, timings[timings.length - 1].seconds - known);
  return Object.entries({ ...parts, 'checkpoints and the rest': rest }).map(([label, seconds]) => ({
    label,
    seconds,
  }));
}

/** The parts as one bar, with what each colour stands for below. */
export function timeBar(parts: readonly TimePart[]): Html {
  const whole = parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const share = ({ seconds }: TimePart) => (100 * seconds) / whole;
  const colorOf = (i: number) => curveStyle(i).color;
  const pieces = parts.map(
    (part, i) =>
      html`<span style="width: ${share(part).toFixed(2)}%; background: ${colorOf(i)}" title="${part.label}"></span>`,
  );
  const legend = parts.map(
    (part, i) =>
      html`<li><i style="background: ${colorOf(i)}"></i>${part.label} <b>${share(part).toFixed(share(part) < 10 ? 1 : 0)} %</b></li>`,
  );
  return html`<div class="bar">${pieces}</div><ul class="legend">${legend}</ul>`;
}
