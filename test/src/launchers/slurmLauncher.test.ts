// What is asked of Slurm and how its answers are read, with stand-ins for its programs; and the batch script in a plain shell.
// test/integration/slurmSweep.test.ts has the real ones.

import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exitCodeOf, queues, slurmLauncher, type Task } from '../../../src/launchers/index.ts';
import { quoted, slurmScript } from '../../../src/launchers/slurmScript.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rastergrad-slurm-'));
  mkdirSync(path.join(folder, 'bin'));
  vi.stubEnv('PATH', `${folder}/bin:${process.env.PATH}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function standIn(program: string, script: string): void {
  const file = path.join(folder, 'bin', program);
  writeFileSync(file, `#!/bin/bash\n${script}\n`);
  chmodSync(file, 0o755);
}

const task = (name: string, script = ''): Task => ({
  name,
  command: ['bash', '-c', script],
  record: path.join(folder, name),
  done: path.join(folder, `${name}.done`),
  goesOn: true,
});

describe('the Slurm launcher', () => {
  it('submits one array, with options of the user', async () => {
    standIn('sbatch', `printf '%s\\n' "$@" >${folder}/words; echo '17;cluster'`);
    const jobs: string[] = [];
    const launcher = slurmLauncher({
      folder,
      jobName: 'my sweep',
      jobs: 4,
      sbatch: { time: '2:00:00', exclusive: '', signal: 'B:USR1@300' },
    });
    await launcher.launch([task('a'), task('b'), task('c')], {
      onJob: ({ name }, job) => jobs.push(`${name} ${job}`),
    });
    expect(jobs).toEqual(['a 17_0', 'b 17_1', 'c 17_2']);
    expect(readFileSync(`${folder}/words`, 'utf8').trim().split('\n')).toEqual([
      '--parsable',
      '--requeue',
      '--job-name=my sweep',
      '--array=0-2%4',
      `--output=${folder}/%A_%a.out`,
      '--open-mode=append',
      `--chdir=${process.cwd()}`,
      '--signal=B:USR1@300',
      '--time=2:00:00',
      '--exclusive',
      expect.stringMatching(/\.sh$/),
    ]);
  });

  it('submits several arrays where one would be too long', async () => {
    standIn('sbatch', `n=$(( $(cat ${folder}/n 2>/dev/null || echo 0) + 1 )); echo $n >${folder}/n; echo $n`);
    const jobs: string[] = [];
    const tasks = Array.from({ length: 1001 }, (_, i) => task(`t${i}`));
    await slurmLauncher({ folder, jobName: 'x' }).launch(tasks, { onJob: (_, job) => jobs.push(job) });
    expect([jobs[0], jobs[999], jobs[1000]]).toEqual(['1_0', '1_999', '2_0']);
  });

  it('passes on what sbatch has against it', async () => {
    standIn('sbatch', 'echo "sbatch: error: invalid partition specified: gpu" >&2; exit 1');
    await expect(
      slurmLauncher({ folder, jobName: 'x' }).launch([task('a')], { onJob: () => {} }),
    ).rejects.toThrow(/^sbatch: error: invalid partition specified: gpu$/);
    standIn(
      'sbatch',
      `echo "sbatch: unrecognized option '--tme=1'" >&2; echo 'Try "sbatch --help" for more information' >&2; exit 1`,
    );
    await expect(
      slurmLauncher({ folder, jobName: 'x' }).launch([task('a')], { onJob: () => {} }),
    ).rejects.toThrow(/^sbatch: unrecognized option '--tme=1'$/);
  });

  const jobs = ['7_0', '7_1', '7_2', '7_3', '8_0'];

  it('asks the queue, then the accounting for what the queue has forgotten', async () => {
    standIn('squeue', 'printf "7_0 RUNNING\\n7_1 PENDING\\n9_0 RUNNING\\n7_N/A COMPLETED\\n"');
    standIn('sacct', 'printf "7_0|RUNNING\\n7_2|CANCELLED by 1000\\n7_3|NODE_FAIL\\n7_[4-9]|PENDING\\n"');
    expect(await queues.slurm.states(jobs)).toEqual(
      new Map([
        ['7_0', { phase: 'running', reason: 'RUNNING' }],
        ['7_1', { phase: 'waiting', reason: 'PENDING' }],
        ['7_2', { phase: 'ended', reason: 'CANCELLED' }],
        ['7_3', { phase: 'ended', reason: 'NODE_FAIL' }],
      ]),
    );
  });

  it('does without accounting', async () => {
    standIn('squeue', 'echo "7_0 REQUEUED"');
    standIn('sacct', 'echo "Slurm accounting storage is disabled" >&2; exit 1');
    expect(await queues.slurm.states(jobs)).toEqual(
      new Map([['7_0', { phase: 'waiting', reason: 'REQUEUED' }]]),
    );
  });

  it('says so where there is no Slurm, or none that answers', async () => {
    standIn(
      'squeue',
      'echo "squeue: error: Unable to contact slurm controller (connect failure)" >&2; exit 1',
    );
    await expect(queues.slurm.states(jobs)).rejects.toThrow('Unable to contact slurm controller');
    vi.stubEnv('PATH', '');
    await expect(queues.slurm.cancel(jobs)).rejects.toThrow(
      'scancel: not found: Slurm is not installed here',
    );
    expect(await queues.slurm.states([])).toEqual(new Map());
  });
});

describe('the batch script', () => {
  const env = () => ({
    ...process.env,
    SLURM_ARRAY_TASK_ID: '1',
    SLURM_ARRAY_JOB_ID: '7',
    SLURM_CPUS_PER_TASK: '3',
  });
  const scriptFile = (task: Task) => {
    const file = path.join(folder, 'script.sh');
    writeFileSync(file, slurmScript([{ ...task, command: ['false'] }, task]));
    return file;
  };

  it('runs the command of its index, and leaves its words and its exit code', async () => {
    const file = scriptFile(task("it's", 'echo "$OPENBLAS_NUM_THREADS"; exit 7'));
    await expect(promisify(execFile)('bash', [file], { env: env() })).rejects.toMatchObject({
      code: 7,
      stderr: '',
    });
    expect(readFileSync(path.join(folder, "it's.log"), 'utf8')).toBe('3\n');
    expect(exitCodeOf(path.join(folder, "it's"))).toBe(7);
    expect(existsSync(path.join(folder, "it's.alive"))).toBe(false);
  });

  it('does nothing where all is done', async () => {
    writeFileSync(path.join(folder, 'a.done'), '');
    await promisify(execFile)('bash', [scriptFile(task('a', 'exit 7'))], { env: env() });
    expect(existsSync(path.join(folder, 'a.log'))).toBe(false);
  });

  it('saves when its time is nearly up, and goes back into the queue', async () => {
    standIn('scontrol', `echo "$@" >>${folder}/requeued`);
    const save = 'trap "echo saved; exit 143" TERM; echo begun; while :; do sleep 0.05; done';
    const script = spawn('bash', [scriptFile(task('a', save))], { env: env() });
    const ended = new Promise((resolve) => script.on('exit', resolve));
    const log = () =>
      existsSync(path.join(folder, 'a.log')) ? readFileSync(path.join(folder, 'a.log'), 'utf8') : '';
    await expect.poll(log, { timeout: 20_000 }).toBe('begun\n');
    script.kill('SIGUSR1');
    expect(await ended).toBe(0);
    expect(log()).toBe('begun\nsaved\n');
    expect(readFileSync(path.join(folder, 'requeued'), 'utf8')).toBe('requeue 7_1\n');
    expect(exitCodeOf(path.join(folder, 'a'))).toBeUndefined();
  });

  it('uses its time to the end where it would begin anew', async () => {
    const work = 'trap "exit 143" TERM; echo begun; while [ ! -e $0.end ]; do sleep 0.05; done';
    const anew = { ...task('a', work), command: ['bash', '-c', work, path.join(folder, 'a')], goesOn: false };
    const script = spawn('bash', [scriptFile(anew)], { env: env() });
    const ended = new Promise((resolve) => script.on('exit', resolve));
    await expect.poll(() => existsSync(path.join(folder, 'a.log')), { timeout: 20_000 }).toBe(true);
    await expect
      .poll(() => readFileSync(path.join(folder, 'a.log'), 'utf8'), { timeout: 20_000 })
      .toBe('begun\n');
    script.kill('SIGUSR1');
    writeFileSync(path.join(folder, 'a.end'), '');
    expect(await ended).toBe(0);
    expect(exitCodeOf(path.join(folder, 'a'))).toBe(0);
  });

  it('waits for an earlier process that gives signs of life, and not for one that is gone', async () => {
    const alive = path.join(folder, 'a.alive');
    const file = scriptFile(task('a', 'echo again'));
    writeFileSync(alive, '');
    utimesSync(alive, Date.now() / 1000 - 28, Date.now() / 1000 - 28);
    const began = performance.now();
    await promisify(execFile)('bash', [file], { env: env() });
    expect(performance.now() - began).toBeGreaterThan(1000);
    writeFileSync(alive, '');
    utimesSync(alive, 1, 1);
    await promisify(execFile)('bash', [file], { env: env() });
    expect(readFileSync(path.join(folder, 'a.log'), 'utf8')).toBe('again\nagain\n');
  });

  it.each(['plain', 'a b', "it's", '$HOME', '', 'hidden=4,method=dibr'])('quotes "%s"', async (word) => {
    const { stdout } = await promisify(execFile)('bash', ['-c', `printf %s ${quoted(word)}`]);
    expect(stdout).toBe(word);
  });
});
