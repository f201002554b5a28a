// The course of a sweep's validations.

import type { CurvePoint } from '../../report/plots.ts';
import type { MetricsRecord } from '../../runs/results.ts';
import type { RunGroup } from '../groups.ts';
import { statistic } from '../statistics.ts';

/** Validation numbers by name, a curve a group: means over those of its runs that have come to that step. */
export function meanValidationCurves(groups: readonly RunGroup[]): Map<string, CurvePoint[]> {
  const curves = new Map<string, CurvePoint[]>();
  for (const { label, outcomes } of groups) {
    const validations = outcomes.flatMap(({ metrics }) => metrics.filter(isValidation));
    const names = [...new Set(validations.flatMap(({ values }) => Object.keys(values)))];
    const steps = [...new Set(validations.map(({ step }) => step))].sort((a, b) => a - b);
    for (const name of names) {
      const points = steps.flatMap((step) => {
        const found = statistic(
          validations.filter((one) => one.step === step).map(({ values }) => values[name]),
        );
        return found ? [{ step, value: found.mean, name: label }] : [];
      });
      curves.set(name, [...(curves.get(name) ?? []), ...points]);
    }
  }
  return curves;
}

const isValidation = (record: MetricsRecord): record is MetricsRecord & { kind: 'validation' } =>
  record.kind === 'validation' && record.object === undefined;
