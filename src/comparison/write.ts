// The folder that a comparison fills. Everything in it is the same, byte for byte, for the same config, but for timings.json and
// the page, which shows those too.
//
//   comparison.json   the numbers              comparison.csv   the same as a table, one line a measurement
//   gradients.json    gradients of vertices and pixels, and the pictures they belong to
//   timings.json      time, memory, machine    index.html       all of it on one page

import path from 'node:path';
import { atomicWrite } from '../../renderer/io/atomicWrite.ts';
import { makeFolder } from '../../renderer/io/files.ts';
import type { CompareResult } from './compare.ts';
import { writeComparisonPage } from './page/index.ts';
import type { Comparison, Measurement } from './results.ts';

/**
 * Writes all files, each whole or not at all; the folder is made where it is not there, and files of an earlier comparison are
 * replaced.
 *
 * @throws FileError where something cannot be written.
 */
export async function writeComparison(folder: string, result: CompareResult): Promise<void> {
  await makeFolder(folder);
  const { comparison, timings } = result;
  const { pictures, ...numbers } = comparison;
  const write = (name: string, text: string) => atomicWrite(path.join(folder, name), text);
  await write('comparison.json', `${JSON.stringify(numbers, null, 1)}\n`);
  await write('comparison.csv', formatCsv(comparison));
  await write('gradients.json', `${JSON.stringify(pictures)}\n`);
  await write('timings.json', `${JSON.stringify(timings, null, 1)}\n`);
  await writeComparisonPage(folder, comparison, timings);
}

type Cell = string | number | null | undefined;

/** Columns of the table: of the measurement, then of the bias of the same method at the same resolution. */
const columns: Readonly<Record<string, (measurement: Measurement) => Cell>> = {
  scene: ({ scene }) => scene,
  method: ({ method }) => method,
  resolution: ({ resolution }) => resolution,
  loss: ({ loss }) => loss,
  cases: ({ cases }) => cases,
  cosine: ({ cosine }) => cosine?.mean,
  cosine_standard_error: ({ cosine }) => cosine?.standardError,
  cosine_worst: ({ cosine }) => cosine?.worst,
  limit_cosine: ({ cosineToLimit }) => cosineToLimit?.mean,
  limit_cosine_standard_error: ({ cosineToLimit }) => cosineToLimit?.standardError,
  limit_cosine_worst: ({ cosineToLimit }) => cosineToLimit?.worst,
  norm_ratio: ({ normRatio }) => normRatio?.mean,
  norm_ratio_standard_error: ({ normRatio }) => normRatio?.standardError,
  angle_median_degrees: ({ angle }) => angle?.median,
  angle_p95_degrees: ({ angle }) => angle?.p95,
  zero_share: ({ zeroShare }) => zeroShare,
  sign_agreement: ({ signAgreement }) => signAgreement,
  sum_rule_error: ({ sumRule }) => sumRule,
  oracle_error: ({ oracleError }) => oracleError,
};

const biasColumns = [
  'bias_pixels',
  'bias_pixels_standard_error',
  'bias_plane',
  'bias_plane_standard_error',
] as const;

function formatCsv({ measurements, bias }: Comparison): string {
  const lines = measurements.map((measurement) => {
    const { method, resolution } = measurement;
    const found = bias.find((entry) => entry.method === method && entry.resolution === resolution);
    return [
      ...Object.values(columns).map((cell) => cell(measurement)),
      found?.offsetPixels?.mean,
      found?.offsetPixels?.standardError,
      found?.offsetPlane?.mean,
      found?.offsetPlane?.standardError,
    ];
  });
  return [[...Object.keys(columns), ...biasColumns], ...lines]
    .map((cells) => `${cells.map(formatCell).join(',')}\n`)
    .join('');
}

/** As RFC 4180 has it: quoted where a comma, a quote or a line end needs it; empty where there is no number. */
function formatCell(cell: Cell): string {
  const text = cell === null || cell === undefined ? '' : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
