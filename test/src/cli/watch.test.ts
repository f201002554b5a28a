import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RastergradError } from '../../../renderer/errors.ts';
import { askUntil, whileWatching } from '../../../src/cli/watch.ts';

/** Answers in turn, the last one for ever; errors are thrown. */
function answering(...answers: unknown[]) {
  const notes: string[] = [];
  const controller = new AbortController();
  let asked = 0;
  const ask = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const note = (text: string) => void notes.push(text);
  const options = { pause: 1, signal: controller.signal, note };
  return { ask, notes, options, controller, asked: () => asked };
}

const down = new RastergradError('squeue: Unable to contact slurm controller');

describe('a queue that is asked', () => {
  it('may fail to answer, which is noted once', async () => {
    const { ask, notes, options } = answering('running', down, down, down, 'running', down, 'ended');
    expect(await askUntil(ask, (answer) => answer === 'ended', options)).toBe('ended');
    expect(notes).toEqual(Array(2).fill('squeue: Unable to contact slurm controller; asking again'));
  });

  it('is given up after many failures in a row', async () => {
    const { ask, notes, options, asked } = answering(down);
    await expect(askUntil(ask, () => true, options)).rejects.toBe(down);
    expect(asked()).toBe(30);
    expect(notes).toHaveLength(1);
  });

  it('is asked once more where the user wants to stop', async () => {
    const { ask, options, controller, asked } = answering('running');
    controller.abort();
    expect(await askUntil(ask, () => false, options)).toBe('running');
    expect(asked()).toBe(1);
  });

  it('does not hide a defect', async () => {
    const { ask, options, asked } = answering(new TypeError('no function'));
    await expect(askUntil(ask, () => true, options)).rejects.toThrow(TypeError);
    expect(asked()).toBe(1);
  });
});

describe('work that is watched', () => {
  it('ends well where the queue does not answer', async () => {
    const { ask, notes, options } = answering(down);
    await whileWatching({ update: ask as () => Promise<void>, note: options.note }, setTimeout(50));
    expect(notes).toHaveLength(1);
  });

  it('is brought to its end before a defect of the watch is told', async () => {
    const { ask, options } = answering(new TypeError('no function'));
    let ended = false;
    const work = setTimeout(50).then(() => {
      ended = true;
    });
    await expect(
      whileWatching({ update: ask as () => Promise<void>, note: options.note }, work),
    ).rejects.toThrow(TypeError);
    expect(ended).toBe(true);
  });

  it('fails as it does by itself', async () => {
    const { ask, options } = answering(undefined);
    const work = Promise.reject(down);
    await expect(
      whileWatching({ update: ask as () => Promise<void>, note: options.note }, work),
    ).rejects.toBe(down);
  });
});
