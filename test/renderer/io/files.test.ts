import { describe, expect, it } from 'vitest';
import { FileError } from '../../../renderer/errors.ts';
import { toFileError } from '../../../renderer/io/files.ts';

const systemError = (code: string) => Object.assign(new Error(`${code}: …, write`), { code });

describe('toFileError', () => {
  it.each([
    ['ENOSPC', 'no space left on the device'],
    ['EACCES', 'permission denied'],
    ['EISDIR', 'is a folder, expected a file'],
    ['EXDEV', 'EXDEV'],
  ])('says %s in words', (code, words) => {
    expect(toFileError('runs/a', systemError(code))).toEqual(new FileError('runs/a', words));
  });

  it('leaves defects as they are', () => {
    const defect = new TypeError('x is not a function');
    expect(toFileError('runs/a', defect)).toBe(defect);
    const misuse = systemError('ERR_INVALID_ARG_TYPE');
    expect(toFileError('runs/a', misuse)).toBe(misuse);
  });
});
