// From the arguments to a verb, and from whatever goes wrong to one line on stderr and an exit code.

import { stripVTControlCharacters } from 'node:util';
import { defineCommand, parseArgs, runCommand } from 'citty';
import { RastergradError } from '../../renderer/errors.ts';
import { nearestName } from '../../renderer/nearestName.ts';
import {
  type AnyCommand,
  type Argument,
  argumentsOf,
  formatUsage,
  isRepeated,
  positionalName,
  subCommand,
} from './usage.ts';
import { UsageError } from './usageError.ts';

const root: AnyCommand = defineCommand({
  meta: { name: 'rastergrad', description: 'Differentiable rendering, and mesh prediction from one picture' },
  args: {
    version: { type: 'boolean', description: 'Print the version' },
    debug: { type: 'boolean', description: 'Show where an error comes from (or set RASTERGRAD_DEBUG=1)' },
  },
  subCommands: {
    run: () => import('./run.ts').then((module) => module.default),
    fit: () => import('./fit.ts').then((module) => module.default),
    evaluate: () => import('./evaluate.ts').then((module) => module.default),
    report: () => import('./report.ts').then((module) => module.default),
    predict: () => import('./predict.ts').then((module) => module.default),
    render: () => import('./render.ts').then((module) => module.default),
    'compare-gradients': () => import('./compareGradients.ts').then((module) => module.default),
    dataset: () => import('./dataset.ts').then((module) => module.default),
    sweep: () => import('./sweep.ts').then((module) => module.default),
    weights: () => import('./weights.ts').then((module) => module.default),
    schema: () => import('./schema.ts').then((module) => module.default),
  },
});

/** Runs one command line (without the program's name) to its end. Returns the exit code; never throws. */
export async function main(argv: string[]): Promise<number> {
  const debug = argv.includes('--debug') || Boolean(process.env.RASTERGRAD_DEBUG);
  const failed = (error: unknown) => {
    process.stderr.write(`${describeError(error, debug)}\n`);
    return 1;
  };
  // First in line, since the wasm back end brings a handler that prints the whole of its source file.
  const fatal = (error: unknown) => process.exit(failed(error));
  process.on('uncaughtException', fatal).on('unhandledRejection', fatal);
  try {
    return await dispatch(argv.filter((argument) => argument !== '--debug'));
  } catch (error) {
    return failed(error);
  } finally {
    process.off('uncaughtException', fatal).off('unhandledRejection', fatal);
  }
}

async function dispatch(argv: string[]): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
    const { packageVersion } = await import('../runs/environment.ts');
    process.stdout.write(`${packageVersion()}\n`);
    return 0;
  }
  const { command, words, rest } = await findCommand(argv);
  const help = `rastergrad ${[...words, '--help'].join(' ')}`;
  if (rest.some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(`${await formatUsage(command, ['rastergrad', ...words])}\n`);
    return 0;
  }
  if (command.subCommands && !command.run) {
    const names = Object.keys(command.subCommands);
    if (rest.length === 0) throw new UsageError(`expected a command: ${names.join(', ')}`, help);
    if (rest[0].startsWith('-')) throw new UsageError(`unknown option ${rest[0]}`, help);
    const nearest = nearestName(rest[0], names);
    const hint = nearest ? `did you mean ${nearest}?` : `known: ${names.join(', ')}`;
    throw new UsageError(`unknown command "${rest[0]}"; ${hint}`, help);
  }
  checkArguments(argumentsOf(command), rest, help);
  try {
    // The words that name commands have been followed.
    const { subCommands: _, ...named } = command;
    const { result } = await runCommand(named, { rawArgs: rest });
    return typeof result === 'number' ? result : 0;
  } catch (error) {
    if (error instanceof UsageError) error.help ??= help;
    throw error;
  }
}

/** Follows the words that name commands, and leaves the rest of the arguments to the last of them. */
async function findCommand(
  argv: string[],
): Promise<{ command: AnyCommand; words: string[]; rest: string[] }> {
  let command = root;
  for (let depth = 0; ; depth++) {
    const next = depth < argv.length ? await subCommand(command, argv[depth]) : undefined;
    if (!next) return { command, words: argv.slice(0, depth), rest: argv.slice(depth) };
    command = next;
  }
}

/** citty lets unknown options, missing values and surplus arguments pass; a mistyped option should not be ignored. */
function checkArguments(definitions: Record<string, Argument>, rest: string[], help: string): void {
  refusePlacedNames(definitions, rest, help);
  const parsed = parsedOrUsageError(definitions, rest, help);
  const known = Object.keys(definitions);
  const options = known.filter((name) => definitions[name].type !== 'positional');
  const aliases = known.flatMap((name) => definitions[name].alias ?? []);
  for (const [name, value] of Object.entries<unknown>(parsed)) {
    // citty has "emd-points" once more as "emdPoints".
    if (name === '_' || (!known.includes(name) && known.includes(dashes(name)))) continue;
    const dashed = name.length === 1 ? `-${name}` : `--${name}`;
    if (!known.includes(name) && !aliases.includes(name)) {
      const nearest = nearestName(name, options);
      throw new UsageError(`unknown option ${dashed}${nearest ? `; did you mean --${nearest}?` : ''}`, help);
    }
    const takesValue = definitions[name]?.type === 'string' || definitions[name]?.type === 'enum';
    if (takesValue && (value === '' || (typeof value === 'string' && value.startsWith('--')))) {
      throw new UsageError(`${dashed} needs a value`, help);
    }
  }
  const positionals = Object.values(definitions).filter(({ type }) => type === 'positional');
  const repeats = positionals.length > 0 && isRepeated(positionals[positionals.length - 1]);
  if (!repeats && parsed._.length > positionals.length) {
    throw new UsageError(`unexpected argument "${parsed._[positionals.length]}"`, help);
  }
}

/** What is known by its place has a name all the same, under which citty would take it for an option. */
function refusePlacedNames(definitions: Record<string, Argument>, rest: string[], help: string): void {
  for (const argument of rest) {
    if (argument === '--') return;
    const [, option, name] = /^(--(?:no-)?([^=]+))/.exec(argument) ?? [];
    if (!option || definitions[name]?.type !== 'positional') continue;
    const shown = positionalName(name, definitions[name]);
    throw new UsageError(`unknown option ${option}; ${shown} stands without a name`, help);
  }
}

const dashes = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function parsedOrUsageError(definitions: Record<string, Argument>, rest: string[], help: string) {
  try {
    return parseArgs(rest, definitions as never);
  } catch (error) {
    const message = stripVTControlCharacters((error as Error).message).replace(/\.$/, '');
    throw new UsageError(message.charAt(0).toLowerCase() + message.slice(1), help);
  }
}

function describeError(error: unknown, debug: boolean): string {
  if (debug && error instanceof Error) return `rastergrad: ${error.stack}`;
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0];
  if (error instanceof UsageError) return `rastergrad: ${message}\nTry "${error.help}".`;
  const isExpected = error instanceof RastergradError || (error instanceof Error && 'syscall' in error);
  if (isExpected) return `rastergrad: ${message}`;
  return `rastergrad: ${message} (a defect of rastergrad; --debug shows where)`;
}
