// The lock of a sweep's folder: one command at a time, also where several begin at once on what a dead one has left.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SweepFolder } from '../../../src/sweeps/index.ts';

let root: string;
let folder: SweepFolder;
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'rastergrad-lock-'));
  folder = new SweepFolder(root);
});
afterEach(() => rmSync(root, { recursive: true }));

const dead = `${hostname()}:999999999`;

describe('the lock of a sweep', () => {
  it('is taken over from a command that died, and gone afterwards', async () => {
    writeFileSync(folder.file('lock'), dead);
    expect(await folder.holder()).toBeUndefined();
    await folder.locked(async () => {
      expect(readFileSync(folder.file('lock'), 'utf8')).toBe(`${hostname()}:${process.pid}`);
      expect(await folder.holder()).toBe(`${hostname()}:${process.pid}`);
    });
    expect(existsSync(folder.file('lock'))).toBe(false);
    expect(existsSync(folder.file('lock.takeover'))).toBe(false);
  });

  it.each(['a dead command', 'no command'])(
    'is one command’s of several that come after %s',
    async (before) => {
      for (let round = 0; round < 50; round++) {
        if (before === 'a dead command') writeFileSync(folder.file('lock'), dead);
        let atWork = 0;
        let most = 0;
        const work = async () => {
          most = Math.max(most, ++atWork);
          await setTimeout(2);
          atWork--;
        };
        const ended = await Promise.allSettled(Array.from({ length: 6 }, () => folder.locked(work)));
        expect(most).toBe(1);
        for (const outcome of ended) {
          if (outcome.status === 'rejected')
            expect(String(outcome.reason)).toMatch(/another command \(.+\) is at work on this sweep/);
        }
      }
    },
  );

  it('is left alone where it is another command’s by now', async () => {
    await folder.locked(async () => writeFileSync(folder.file('lock'), 'elsewhere:17'));
    expect(readFileSync(folder.file('lock'), 'utf8')).toBe('elsewhere:17');
  });

  it('is not taken from a command that has yet to write its name', async () => {
    writeFileSync(folder.file('lock'), '');
    await expect(folder.locked(async () => {})).rejects.toThrow(
      /another command \(which has just begun\) is at work on this sweep; where it no longer is, delete \S+lock$/,
    );
  });
});
