import { describe, expect, it } from 'vitest';
import { Quadrics } from '../../../renderer/mesh/quadrics.ts';

describe('Quadrics', () => {
  it('sum up weighted squared distances to planes', () => {
    const quadrics = new Quadrics(2);
    quadrics.addPlane(0, 1, 0, 0, 2, 5);
    quadrics.addPlane(1, 0, 0.6, 0.8, -1, 0.5);
    expect(quadrics.select(0, 1)).toBeCloseTo(5.5, 14);
    const [x, y, z] = [0.3, -0.7, 1.1];
    expect(quadrics.cost(x, y, z)).toBeCloseTo(5 * (x - 2) ** 2 + 0.5 * (0.6 * y + 0.8 * z + 1) ** 2, 12);
  });

  it('find the corner where three planes meet', () => {
    const quadrics = new Quadrics(2);
    quadrics.addPlane(0, 1, 0, 0, 2, 1);
    quadrics.addPlane(0, 0, 1, 0, 3, 2);
    quadrics.addPlane(1, 0, 0, 1, -4, 3);
    quadrics.merge(0, 1);
    quadrics.select(0, 0);
    const point = new Float64Array([1.5, 3.5, -3]);
    quadrics.best(point);
    [2, 3, -4].forEach((value, axis) => {
      expect(point[axis]).toBeCloseTo(value, 4);
    });
  });

  it('move a point straight onto a plane or a crease, and not along it', () => {
    const quadrics = new Quadrics(1);
    quadrics.addPlane(0, 0, 0, 1, 1, 1);
    quadrics.select(0, 0);
    const onPlane = new Float64Array([7, -5, 3]);
    quadrics.best(onPlane);
    [7, -5, 1].forEach((value, axis) => {
      expect(onPlane[axis]).toBeCloseTo(value, 4);
    });
    quadrics.addPlane(0, 1, 0, 0, 0, 1);
    quadrics.select(0, 0);
    const onCrease = new Float64Array([7, -5, 3]);
    quadrics.best(onCrease);
    [0, -5, 1].forEach((value, axis) => {
      expect(onCrease[axis]).toBeCloseTo(value, 4);
    });
  });

  it('leave a point alone where there are no planes', () => {
    const quadrics = new Quadrics(1);
    quadrics.select(0, 0);
    const point = new Float64Array([1, 2, 3]);
    quadrics.best(point);
    expect([...point]).toEqual([1, 2, 3]);
  });
});
