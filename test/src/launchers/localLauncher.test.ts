// Child processes: how many at a time, where their words and exit codes go, and how they are stopped.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  exitCodeOf,
  isAlive,
  localLauncher,
  queues,
  rastergradCommand,
  type Task,
} from '../../../src/launchers/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-launch-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const task = (name: string, script: string): Task => ({
  name,
  command: [process.execPath, '--eval', script],
  record: path.join(folder, name),
  done: path.join(folder, `${name}.done`),
  goesOn: true,
});

describe('the local launcher', () => {
  it('runs every task, so many at a time, whatever becomes of the others', async () => {
    const say = 'console.log(process.env.OPENBLAS_NUM_THREADS > 0); console.error("x");';
    const tasks = ['a', 'b', 'c', 'd'].map((name) => task(name, say));
    tasks[1] = task('b', 'process.exit(7)');
    let atWork = 0;
    let most = 0;
    const ended: [string, number][] = [];
    await localLauncher({ jobs: 2 }).launch(tasks, {
      onJob: () => {
        most = Math.max(most, ++atWork);
      },
      onEnd: ({ name }, code) => {
        atWork--;
        ended.push([name, code]);
      },
    });
    expect(most).toBe(2);
    expect(ended.sort()).toEqual([
      ['a', 0],
      ['b', 7],
      ['c', 0],
      ['d', 0],
    ]);
    expect(readFileSync(path.join(folder, 'a.log'), 'utf8')).toBe('true\nx\n');
    expect(exitCodeOf(path.join(folder, 'b'))).toBe(7);
    expect(exitCodeOf(path.join(folder, 'e'))).toBeUndefined();
  });

  it('leaves alone what is done', async () => {
    writeFileSync(path.join(folder, 'a.done'), '');
    const jobs: string[] = [];
    await localLauncher().launch([task('a', '')], { onJob: (_, job) => jobs.push(job) });
    expect(jobs).toEqual([]);
    expect(existsSync(path.join(folder, 'a.log'))).toBe(false);
  });

  it('passes on a wish to stop, waits, and starts nothing more', async () => {
    const wait =
      'process.on("SIGTERM", () => setTimeout(() => process.exit(143), 100)); console.log(1); setInterval(() => {}, 1e3)';
    const controller = new AbortController();
    const ended: number[] = [];
    const log = path.join(folder, 'a.log');
    const launched = localLauncher({ jobs: 1 }).launch([task('a', wait), task('b', wait)], {
      signal: controller.signal,
      onJob: () => {},
      onEnd: (_, code) => ended.push(code),
    });
    await expect.poll(() => existsSync(log) && readFileSync(log, 'utf8'), { timeout: 20_000 }).toBe('1\n');
    controller.abort();
    await launched;
    expect(ended).toEqual([143]);
    expect(exitCodeOf(path.join(folder, 'a'))).toBe(143);
  });

  it('says that a program cannot be started', async () => {
    const missing = { ...task('a', ''), command: ['/no/such/program'] };
    await localLauncher().launch([missing], { onJob: () => expect.fail('no process has begun') });
    expect(exitCodeOf(missing.record)).toBe(127);
    expect(readFileSync(`${missing.record}.log`, 'utf8')).toMatch(/\/no\/such\/program ENOENT/);
  });

  it('tells processes of ours that live from others', async () => {
    expect(isAlive(`${hostname()}:999999999`)).toBe(false);
    expect(isAlive(`${hostname()}:1`)).toBe(false);
    expect(isAlive('elsewhere:1')).toBe(true);
    expect(await queues.local.states(['elsewhere:1', `${hostname()}:999999999`])).toEqual(
      new Map([
        ['elsewhere:1', { phase: 'running', reason: 'on elsewhere, cannot be reached', isOutOfReach: true }],
      ]),
    );
  });

  it('starts this same program', () => {
    const [node, ...args] = rastergradCommand(['run', 'a b']);
    expect(node).toBe(process.execPath);
    expect(args.slice(-3)).toEqual([expect.stringMatching(/src\/cli\/main\.ts$/), 'run', 'a b']);
  });
});
