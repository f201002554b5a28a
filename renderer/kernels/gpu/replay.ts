// Synchronous code on asynchronous kernels. The code runs against kernels that answer from a recording. The first call that the
// recording lacks is answered emptily, as are all after it, and what comes out is thrown away; then the call is done
// asynchronously and recorded, and the code starts over. It is done once everything is recorded. So it must make the same calls
// every time, and cost little beside them. (Breaking out by an exception would leave tensors behind that a tape had saved.)

import type { Kernels } from '../kernels.ts';
import {
  type AttributeRows,
  emptyFragments,
  type Fragments,
  handedOver,
  type Picture,
  type RealArray,
  type Scene,
} from '../scene.ts';
import type { GpuDevice, Work } from './device.ts';
import { absentKernels, gpuWorks } from './index.ts';

/** Writes what a call wrote into the same arrays of a later attempt, and returns what it returned. */
type Answer = (arrays: RealArray[]) => unknown;

/** Answers of the calls of one piece of code, in order. */
export class Recording {
  readonly #answers: Answer[];

  constructor(answers: Answer[] = []) {
    this.#answers = answers;
  }

  /** A recording that starts with the answers of this one. */
  continued(): Recording {
    return new Recording([...this.#answers]);
  }

  /** Runs `code` to its end. `discard` frees the result of an attempt that came too early. */
  async run<Result>(
    device: GpuDevice,
    code: (kernels: Kernels) => Result,
    discard: (result: Result) => void,
  ): Promise<Result> {
    for (;;) {
      const attempt: Attempt = { calls: 0 };
      const result = code(this.#kernelsFor(attempt));
      if (!attempt.missing) return result;
      discard(result);
      this.#answers.push(await device.runAsync(attempt.missing));
    }
  }

  #kernelsFor(attempt: Attempt): Kernels {
    const own = Object.entries(gpuWorks).map(([name, work]) => [
      name,
      (...args: unknown[]): unknown => {
        const answer = this.#answers[attempt.calls++];
        if (answer) return answer(args.filter(isArray));
        // Copied now: the arrays of an attempt do not outlive it.
        attempt.missing ??= answerOf(work as AnyWork, args.map(copyOf));
        return name === 'findVisible' ? nothingVisible(args[0] as Scene, args[1] as Picture) : {};
      },
    ]);
    const { findVisible, ...others } = Object.fromEntries(own) as Pick<Kernels, keyof typeof gpuWorks>;
    return {
      ...absentKernels(),
      ...others,
      findVisible: (scene, picture, into) => handedOver(findVisible(scene, picture), into),
    };
  }
}

interface Attempt {
  /** Calls so far. */
  calls: number;
  /** The first call without an answer. */
  missing?: Work<Answer>;
}

type AnyWork = (...args: unknown[]) => Work<unknown>;

function* answerOf(work: AnyWork, args: unknown[]): Work<Answer> {
  const result = yield* work(...args);
  const written = args.filter(isArray);
  return (arrays) => {
    arrays.forEach((array, i) => {
      array.set(written[i]);
    });
    return result;
  };
}

const isArray = (value: unknown): value is RealArray =>
  value instanceof Float32Array || value instanceof Float64Array;

/** Arrays of tensors come as such, or as positions of a scene, values of attributes or fragments. */
function copyOf(argument: unknown): unknown {
  if (isArray(argument)) return argument.slice();
  const { positions } = argument as Partial<Scene>;
  if (positions) return { ...(argument as Scene), positions: positions.slice() };
  const { values } = argument as Partial<AttributeRows>;
  if (values) return { ...(argument as AttributeRows), values: values.slice() };
  const { faces, weights } = argument as Partial<Fragments>;
  if (faces && weights) return { ...(argument as Fragments), faces: faces.slice(), weights: weights.slice() };
  return argument;
}

const nothingVisible = ({ items }: Scene, picture: Picture): Fragments =>
  emptyFragments(items.length, picture);
