import { describe, expect, it } from 'vitest';
import { compareRecords } from '../../../bench/harness/compare.ts';
import { caseOf, recordOf } from './records.ts';

const verdicts = (before: Parameters<typeof recordOf>[0], after: Parameters<typeof recordOf>[0]) =>
  compareRecords(recordOf(before), recordOf(after)).changes.map(({ name, verdict }) => `${name} ${verdict}`);

describe('compareRecords', () => {
  it('says what got slower and faster beside the baseline', () => {
    const before = [caseOf('a', 10, 20), caseOf('b', 10, 20), caseOf('c', 10, 20)];
    const after = [caseOf('a', 15, 20), caseOf('b', 5, 20), caseOf('c', 10.2, 20)];
    expect(verdicts(before, after)).toEqual(['a slower', 'b faster', 'c same']);
  });

  it('lets a slower machine pass where the baseline is as much slower', () => {
    expect(verdicts([caseOf('a', 10, 20)], [caseOf('a', 30, 60)])).toEqual(['a same']);
  });

  it('calls nothing a change that is within the noise of what was measured', () => {
    const noisy = { ...caseOf('a', 13), time: { min: 13, lower: 17, median: 20, upper: 30, samples: 9 } };
    expect(verdicts([caseOf('a', 10)], [noisy])).toEqual(['a same']);
    expect(verdicts([caseOf('a', 10)], [caseOf('a', 13)])).toEqual(['a slower']);
  });

  it('compares times without a baseline on one kind of machine only', () => {
    const elsewhere = recordOf([caseOf('a', 20)]);
    elsewhere.machine.cpu = 'another';
    const { changes, left } = compareRecords(recordOf([caseOf('a', 10)]), elsewhere);
    expect(changes).toEqual([]);
    expect(left).toEqual([{ name: 'a', why: 'no baseline on both sides, and another machine' }]);
  });

  it('names cases that came and went', () => {
    const { left } = compareRecords(recordOf([caseOf('old', 1)]), recordOf([caseOf('new', 1)]));
    expect(left).toEqual([
      { name: 'new', why: 'new' },
      { name: 'old', why: 'gone' },
    ]);
  });

  it('refuses records of two benchmarks', () => {
    const other = { ...recordOf([]), benchmark: 'others' };
    expect(() => compareRecords(recordOf([]), other)).toThrow(
      'records of one benchmark can be compared, but these are of "things" and "others"',
    );
  });
});

it('leaves alone what was measured with other options or another math', () => {
  const [old, now] = [recordOf([caseOf('a', 1, 2)]), recordOf([caseOf('a', 2, 2)])];
  for (const other of [
    { ...now, options: { template: 'x.dat' } },
    { ...now, machine: { ...now.machine, math: 'OpenBLAS' } },
  ]) {
    const { changes, left } = compareRecords(old, other);
    expect(changes).toEqual([]);
    expect(left[0].why).toMatch(/^measured with .* before, with .*(template x.dat|math OpenBLAS).* now$/);
  }
});
