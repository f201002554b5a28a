// A command line that cannot be understood.

import { RastergradError } from '../../renderer/errors.ts';

/** Printed as one line and a hint to the help of the command that it was meant for. */
export class UsageError extends RastergradError {
  /** The command that explains: "rastergrad run --help". Filled in by the dispatcher where a verb leaves it out. */
  help?: string;

  constructor(message: string, help?: string) {
    super(message);
    this.help = help;
  }
}
