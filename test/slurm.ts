// A Slurm of its own for a test: a controller and pretend nodes on this machine, in a temporary folder, without munge and without
// accounting. https://slurm.schedmd.com/slurm.conf.html says what the settings mean.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** Whether Slurm's programs are here: Debian's packages slurmctld, slurmd and slurm-client (or slurm-wlm, all of them). */
export function hasSlurm(): boolean {
  try {
    for (const program of ['slurmctld', 'slurmd', 'sbatch']) {
      execFileSync('which', [program], { stdio: 'ignore' });
    }
    return true;
  } catch {
    return false;
  }
}

export class Slurm {
  readonly folder: string;
  /** Environment in which Slurm's commands speak to this cluster. */
  readonly env: NodeJS.ProcessEnv;
  readonly #daemons = new Map<string, ChildProcess>();

  /** Ends by force what is left, also where the test is called off. What was started by a node that was killed knows of no other end. */
  readonly #end = () => {
    for (const daemon of this.#daemons.values()) if (isRunning(daemon)) daemon.kill('SIGKILL');
    for (const pid of processesWithFilesIn(this.folder)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Ended meanwhile.
      }
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  };

  private constructor(folder: string) {
    this.folder = folder;
    process.once('exit', this.#end);
    this.env = { ...process.env, SLURM_CONF: path.join(folder, 'slurm.conf') };
  }

  /** Starts a controller and nodes of one core each, and waits until all of them are idle. */
  static async start(nodes: readonly string[]): Promise<Slurm> {
    const slurm = new Slurm(mkdtempSync(path.join(tmpdir(), 'rastergrad-slurm-')));
    try {
      const ports = await freePorts(nodes.length + 1);
      for (const name of ['state', 'spool', 'log']) mkdirSync(path.join(slurm.folder, name));
      writeFileSync(slurm.env.SLURM_CONF!, configuration(slurm.folder, nodes, ports));
      slurm.#spawn('slurmctld', 'slurmctld', ['-D']);
      for (const node of nodes) slurm.startNode(node);
      await slurm.#until(() => slurm.run('sinfo', '--noheader', '--format=%T %D') === `idle ${nodes.length}`);
      return slurm;
    } catch (error) {
      await slurm.stop();
      throw error;
    }
  }

  /** Runs one of Slurm's commands; returns what it prints. */
  run(program: string, ...args: string[]): string {
    return execFileSync(program, args, { env: this.env, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  /** Sends a signal to the batch script of a job, as Slurm does when its time is nearly up. */
  signal(job: string, signal: string): void {
    // For some seconds after a job has begun, scancel is told to try again later although the signal has arrived, and does.
    spawnSync('scancel', ['--batch', `--signal=${signal}`, job], { env: this.env, timeout: 1000 });
  }

  startNode(node: string): void {
    this.#spawn(node, 'slurmd', ['-D', '-N', node]);
  }

  /** Ends a node's daemon as a power cut would; what it has started goes on. */
  async killNode(node: string): Promise<void> {
    const daemon = this.#daemons.get(node)!;
    const ended = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await ended;
  }

  /** Ends all jobs, then all daemons, and takes the folder away. */
  async stop(): Promise<void> {
    const daemons = [...this.#daemons.values()].filter(isRunning);
    if (daemons.length > 0) {
      try {
        this.run('scancel', '--me', '--signal=KILL', '--full');
        await this.#until(() => this.run('squeue', '--noheader') === '');
      } catch {
        // The daemons end all the same.
      }
    }
    await Promise.all(
      daemons.map(async (daemon) => {
        const ended = once(daemon, 'exit');
        daemon.kill('SIGTERM');
        await Promise.race([ended, setTimeout(10_000, undefined, { ref: false })]);
      }),
    );
    process.off('exit', this.#end);
    this.#end();
  }

  #spawn(name: string, program: string, args: string[]): void {
    const daemon = spawn(program, [...args, '-f', this.env.SLURM_CONF!], { env: this.env, stdio: 'ignore' });
    daemon.on('error', () => {});
    this.#daemons.set(name, daemon);
  }

  async #until(holds: () => boolean): Promise<void> {
    for (let tries = 0; tries < 150; tries++) {
      try {
        if (holds()) return;
      } catch {
        // The controller does not answer yet.
      }
      await setTimeout(200);
    }
    const log = path.join(this.folder, 'log', 'slurmctld.log');
    throw new Error(`Slurm is not ready:\n${readFileSync(log, 'utf8').slice(-2000)}`);
  }
}

const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null;

function processesWithFilesIn(folder: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const holdsOne = (pid: string) => {
    try {
      const files = path.join('/proc', pid, 'fd');
      return readdirSync(files).some((fd) => readlinkSync(path.join(files, fd)).startsWith(`${folder}/`));
    } catch {
      // Ended, or another user's.
      return false;
    }
  };
  return pids.filter(holdsOne).map(Number);
}

function configuration(folder: string, nodes: readonly string[], [port, ...nodePorts]: number[]): string {
  const host = hostname().split('.')[0];
  const user = userInfo().username;
  const inFolder = (...parts: string[]) => path.join(folder, ...parts);
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${port}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/none
CredType=cred/none
# A job that is put back waits as long as its credential lives: two minutes by default, and for what is under five seconds.
AuthInfo=cred_expire=5
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=2,sched_min_interval=1
ReturnToService=2
SlurmdParameters=config_overrides
SlurmdTimeout=6
KillWait=20
StateSaveLocation=${inFolder('state')}
SlurmdSpoolDir=${inFolder('spool', '%n')}
SlurmctldPidFile=${inFolder('state', 'slurmctld.pid')}
SlurmdPidFile=${inFolder('state', '%n.pid')}
SlurmctldLogFile=${inFolder('log', 'slurmctld.log')}
SlurmdLogFile=${inFolder('log', '%n.log')}
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
${nodes.map((node, i) => `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${nodePorts[i]} CPUs=1 RealMemory=1000`).join('\n')}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

/** Ports that nobody listens at, just now. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
