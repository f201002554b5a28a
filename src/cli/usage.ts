// Help texts, made from the same definitions that arguments are checked against.

import type { CommandDef } from 'citty';

/** An argument's definition, as far as help and checks care. */
export interface Argument {
  type?: 'boolean' | 'string' | 'enum' | 'positional';
  description?: string;
  alias?: string | string[];
  valueHint?: string;
  options?: string[];
  default?: unknown;
  required?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: citty's type of a command whose arguments are not known yet.
export type AnyCommand = CommandDef<any>;

export const argumentsOf = (command: AnyCommand) => (command.args ?? {}) as Record<string, Argument>;

/** The command `name` below `command`, loaded if need be; undefined where there is none. */
export async function subCommand(command: AnyCommand, name: string): Promise<AnyCommand | undefined> {
  const commands = (command.subCommands ?? {}) as Record<string, AnyCommand | (() => Promise<AnyCommand>)>;
  if (!Object.hasOwn(commands, name)) return undefined;
  const found = commands[name];
  return typeof found === 'function' ? found() : found;
}

/** A positional that takes all the words that are left; its hint ends with "…". */
export const isRepeated = ({ valueHint }: Argument) => valueHint?.endsWith('…') ?? false;

/** What `--help` prints; `words` are those that lead to the command, the program's name first. */
export async function formatUsage(command: AnyCommand, words: string[]): Promise<string> {
  const all = Object.entries(argumentsOf(command));
  const positionals = all.filter(([, { type }]) => type === 'positional');
  const options = all.filter(([, { type }]) => type !== 'positional');
  const commands = await Promise.all(
    Object.keys(command.subCommands ?? {}).map(async (name) => [
      name,
      descriptionOf((await subCommand(command, name))!),
    ]),
  );
  const usage = [
    ...words,
    commands.length > 0 && !command.run ? 'COMMAND' : '',
    ...positionals.map(([name, positional]) =>
      bracketed(positionalName(name, positional), !positional.required),
    ),
    ...options
      .filter(([, { required }]) => required)
      .map(([name, option]) => `--${name}${valueText(name, option)}`),
    options.some(([, { required }]) => !required) ? '[options]' : '',
  ];
  const sections = [
    section('Commands', commands),
    section(
      'Arguments',
      positionals.map(([name, positional]) => [
        positionalName(name, positional),
        positional.description ?? '',
      ]),
    ),
    section(
      'Options',
      options.map(([name, option]) => [flags(name, option), describeOption(option)]),
    ),
  ];
  return [
    `${descriptionOf(command)}.`,
    `Usage: ${usage.filter(Boolean).join(' ')}`,
    ...sections.filter(Boolean),
  ].join('\n\n');
}

const descriptionOf = (command: AnyCommand) => (command.meta as { description?: string }).description ?? '';

const bracketed = (text: string, optional: boolean) => (optional ? `[${text}]` : text);

/** As usage shows an argument that is known by its place. */
export const positionalName = (name: string, { valueHint }: Argument) => valueHint ?? name.toUpperCase();

function valueText(name: string, { type, valueHint, options }: Argument): string {
  return type === 'boolean' ? '' : ` ${options?.join('|') ?? valueHint ?? name}`;
}

function flags(name: string, option: Argument): string {
  const [short] = [option.alias ?? []].flat();
  return `${short ? `-${short}, ` : '    '}--${isSwitchedOff(option) ? 'no-' : ''}${name}${valueText(name, option)}`;
}

/** A switch that is on by itself: `--no-NAME` is what there is to say, and what its description is about. */
const isSwitchedOff = ({ type, default: value }: Argument) => type === 'boolean' && value === true;

function describeOption(option: Argument): string {
  const { description = '', default: value } = option;
  return value === undefined || isSwitchedOff(option) ? description : `${description} (default: ${value})`;
}

function section(title: string, lines: string[][]): string {
  if (lines.length === 0) return '';
  const width = Math.max(...lines.map(([left]) => left.length));
  return [`${title}:`, ...lines.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`)].join('\n');
}
