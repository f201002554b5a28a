// The folder that a sweep fills:
//
//   sweep.yaml       the config that all runs share, and each run's name and overrides
//   runs/NAME/       a run folder a run
//   logs/NAME.log    what its processes said; NAME.exit: the exit code of the last
//   attempts.jsonl   which job of which launcher worked on which run, and when
//   slurm/           batch scripts, and what Slurm itself said of their tasks
//   lock             the command at work on the folder, as HOST:PROCESS

import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { parse, stringify } from 'yaml';
import { ArgumentError, FileError } from '../../renderer/errors.ts';
import { atomicWrite } from '../../renderer/io/atomicWrite.ts';
import { makeFolder, readFileText, toFileError } from '../../renderer/io/files.ts';
import { isFields } from '../config/overrides.ts';
import { isAlive, type LauncherName } from '../launchers/index.ts';
import { JsonLines } from '../runs/jsonLines.ts';
import type { OverrideSet } from './overrideSet.ts';

export interface SweepRun {
  /** Names its folder and its log. */
  name: string;
  overrides: OverrideSet;
}

/** Contents of sweep.yaml. */
export interface SweepRecord {
  /** Path of the config, relative to where the sweep was started. */
  config: string;
  runs: SweepRun[];
}

/** One line of attempts.jsonl. */
export interface Attempt {
  run: string;
  launcher: LauncherName;
  job: string;
  time: string;
  /** The user has called it off. */
  cancelled?: true;
  step?: undefined;
}

const RECORD = 'sweep.yaml';
const LOCK = 'lock';

export class SweepFolder {
  readonly path: string;
  readonly attempts: JsonLines<Attempt>;

  constructor(folder: string) {
    this.path = folder;
    this.attempts = new JsonLines(this.file('attempts.jsonl'));
  }

  file(...parts: string[]): string {
    return path.join(this.path, ...parts);
  }

  runFolder({ name }: SweepRun): string {
    return this.file('runs', name);
  }

  /** Absolute path, without ending, of a run's log and exit code. */
  logOf({ name }: SweepRun): string {
    return path.resolve(this.file('logs', name));
  }

  /** Undefined where the sweep has not begun. */
  async read(): Promise<SweepRecord | undefined> {
    const file = this.file(RECORD);
    if (!existsSync(file)) return undefined;
    const record: unknown = parse(await readFileText(file));
    const isRun = (run: unknown) => isFields(run) && typeof run.name === 'string' && isFields(run.overrides);
    if (
      !isFields(record) ||
      typeof record.config !== 'string' ||
      !Array.isArray(record.runs) ||
      !record.runs.every(isRun)
    ) {
      throw new FileError(file, 'is no record of a sweep: expected config, and runs with name and overrides');
    }
    return record as unknown as SweepRecord;
  }

  async write(record: SweepRecord): Promise<void> {
    await atomicWrite(this.file(RECORD), stringify(record, { flowCollectionPadding: false, lineWidth: 0 }));
  }

  async makeFolders(): Promise<void> {
    for (const inner of ['runs', 'logs', 'slurm']) await makeFolder(this.file(inner));
  }

  /**
   * Does `work` while no other command works on the folder.
   *
   * @throws ArgumentError where one does
   */
  async locked<Result>(work: () => Promise<Result>): Promise<Result> {
    await makeFolder(this.path);
    await this.#lock();
    try {
      return await work();
    } finally {
      // Where the user has deleted it, it may be another command's by now.
      const file = this.file(LOCK);
      if ((await readFile(file, 'utf8').catch(() => '')) === ownJob()) await rm(file, { force: true });
    }
  }

  /** The process, as `host:process`, that works on the folder; undefined where none does, empty where it has yet to say. */
  async holder(): Promise<string | undefined> {
    const job = await readFile(this.file(LOCK), 'utf8').catch(() => undefined);
    return job !== undefined && isAlive(job) ? job : undefined;
  }

  /** @throws ArgumentError where another command has the lock, or is about to */
  async #lock(): Promise<void> {
    const file = this.file(LOCK);
    if (await writeNew(file, ownJob())) return;
    await this.#refuseHolder();
    // What a command that died has left is deleted by one command alone, which looks again: else a slow one would delete the lock of
    // a quick one.
    const claim = `${file}.takeover`;
    if (!(await writeNew(claim, ownJob()))) throw this.#busy('which has just begun', claim);
    try {
      await this.#refuseHolder();
      await rm(file, { force: true });
      if (!(await writeNew(file, ownJob()))) throw this.#busy('which has just begun', file);
    } finally {
      await rm(claim, { force: true });
    }
  }

  async #refuseHolder(): Promise<void> {
    const holder = await this.holder();
    if (holder !== undefined) throw this.#busy(holder || 'which has just begun', this.file(LOCK));
  }

  #busy(holder: string, file: string): ArgumentError {
    return new ArgumentError(
      `${this.path}: another command (${holder}) is at work on this sweep; where it no longer is, delete ${file}`,
    );
  }
}

/** How this process calls itself in the lock. */
const ownJob = () => `${hostname()}:${process.pid}`;

/** Whether the file is now there with this text; false where there is one already. */
async function writeNew(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw toFileError(file, error);
  }
}

/**
 * Opens the folder of a sweep.
 *
 * @throws FileError where it is none
 */
export async function openSweep(folder: string): Promise<{ folder: SweepFolder; record: SweepRecord }> {
  if (!existsSync(folder)) throw new FileError(folder, 'no such folder');
  const sweep = new SweepFolder(folder);
  const record = await sweep.read();
  if (!record) throw new FileError(folder, `not the folder of a sweep: it has no ${RECORD}`);
  return { folder: sweep, record };
}
