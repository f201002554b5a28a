// Tasks that any later command finds again, by what is noted beside their records.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { launchTasks, localLauncher, type Task, taskStates } from '../../../src/launchers/index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-tasks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const task = (name: string, script: string): Task => ({
  name,
  command: [process.execPath, '--eval', script],
  record: path.join(folder, name),
  done: path.join(folder, `${name}.done`),
  goesOn: false,
});
const lines = (name: string) =>
  readFileSync(path.join(folder, `${name}.jobs`), 'utf8')
    .trim()
    .split('\n');

describe('tasks that are noted', () => {
  it('stand as what they leave says', async () => {
    const tasks = [
      task('made', `require('fs').writeFileSync('${folder}/made.done', '')`),
      task('failed', 'console.error("rastergrad: no disk"); process.exit(1)'),
      task('idle', ''),
      task('killed', 'process.kill(process.pid, "SIGKILL")'),
      task('later', ''),
    ];
    const events: string[] = [];
    await launchTasks(tasks.slice(0, 4), localLauncher({ jobs: 2 }), {
      onStart: ({ name }, job) => events.push(`${name} on ${job.split(':')[0]}`),
      onEnd: ({ name }, outcome) => events.push(`${name} ${outcome}`),
    });
    expect(events).toContain(`made on ${hostname()}`);
    expect(events).toContain('killed failed');
    expect(await taskStates(tasks)).toEqual([
      { phase: 'finished' },
      { phase: 'failed', note: 'no disk' },
      { phase: 'interrupted' },
      { phase: 'failed', note: 'ended by signal 9' },
      { phase: 'pending' },
    ]);
  });

  it('are found at work, after the last of their jobs, whatever was cut off behind it', async () => {
    const here = { launcher: 'local', job: `${hostname()}:999999999`, time: '' };
    const away = { ...here, job: 'elsewhere:1' };
    const some = task('some', '');
    writeFileSync(`${some.record}.jobs`, `${JSON.stringify(here)}\n${JSON.stringify(away)}\n{"laun`);
    expect(await taskStates([some])).toMatchObject([{ phase: 'running', job: away, isOutOfReach: true }]);
    await launchTasks([some], localLauncher(), { onStart: () => expect.fail('it is at work') });
    writeFileSync(`${some.record}.jobs`, `${JSON.stringify(here)}\n{"laun`);
    expect(await taskStates([some])).toEqual([{ phase: 'lost' }]);
    await launchTasks([some], localLauncher());
    expect(lines('some')).toHaveLength(2);
  });
});
