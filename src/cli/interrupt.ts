// Ctrl-C: the first asks the work to stop where it can go on later, the second stops at once.

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

export interface Interrupt {
  /** Aborted by the first signal. */
  signal: AbortSignal;
  /** 130 after Ctrl-C, 143 after a request to terminate, else 0. */
  exitCode(): number;
  /** Gives the signals back their usual effect. */
  release(): void;
}

/** Listens for SIGINT and SIGTERM; `onFirst` tells the user that their wish is known. */
export function catchInterrupts(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  let exitCode = 0;
  const handler = (name: NodeJS.Signals) => {
    const code = EXIT_CODES[name as keyof typeof EXIT_CODES];
    if (controller.signal.aborted) process.exit(code);
    exitCode = code;
    controller.abort();
    onFirst();
  };
  process.on('SIGINT', handler).on('SIGTERM', handler);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => void process.off('SIGINT', handler).off('SIGTERM', handler),
  };
}
