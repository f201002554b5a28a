// The batch script of an array of tasks. Each array task runs its own command, saves before its time is up and goes back into
// the queue, and never works beside an earlier process of the same task that a node still runs which Slurm takes for dead.

import type { Task } from './launcher.ts';

/** Seconds between signs of life, and how old the last one is when a process is taken for gone. */
const beat = 5;
const silence = 30;

export function slurmScript(tasks: readonly Task[]): string {
  const cases = tasks.map(
    ({ record, done, goesOn, command }, i) =>
      `${i}) record=${quoted(record)} done=${quoted(done)} goesOn=${goesOn ? 'yes' : ''}; set -- ${command.map(quoted).join(' ')} ;;`,
  );
  return `#!/bin/bash
case $SLURM_ARRAY_TASK_ID in
${cases.join('\n')}
esac
export RASTERGRAD_THREADS=\${RASTERGRAD_THREADS:-\${SLURM_CPUS_PER_TASK:-1}}
export OPENBLAS_NUM_THREADS=\${OPENBLAS_NUM_THREADS:-\${SLURM_CPUS_PER_TASK:-1}}

# An earlier process of this task may still be at work, on a node that Slurm has given up: let it save, or finish.
while [ -n "$(find "$record.alive" -newermt '-${silence} seconds' 2>/dev/null)" ]; do sleep 1; done
if [ -e "$done" ]; then exit 0; fi

rm -f "$record.exit"
touch "$record.alive"
"$@" </dev/null >>"$record.log" 2>&1 &
child=$!
while kill -0 $child; do touch -c "$record.alive"; sleep ${beat}; done >/dev/null 2>&1 &
signs=$!

# The time limit is near: save, and back into the queue. Told a second time, the command would stop before it has saved. One that would
# begin anew uses the time that is left.
requeue=
trap 'if [ $goesOn ] && [ ! $requeue ]; then kill -TERM $child; requeue=yes; fi' USR1
# Cancelled or preempted: Slurm tells the command, too.
trap : TERM
while kill -0 $child 2>/dev/null; do wait $child; done
wait $child
code=$?
kill $signs 2>/dev/null
wait $signs 2>/dev/null
rm -f "$record.alive"
if [ $code = 143 ] && [ $requeue ]; then
  exec scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
echo $code >"$record.exit"
exit $code
`;
}

/** A word that the shell takes as it is. */
export const quoted = (word: string) =>
  /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
