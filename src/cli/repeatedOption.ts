// Options that may be given several times; the parser keeps the last of them only.

/** All values of `--name value` and `--name=value`, in order. */
export function repeatedOption(args: readonly string[], name: string): string[] {
  return args.flatMap((argument, i) => {
    if (argument === `--${name}` && i + 1 < args.length) return [args[i + 1]];
    return argument.startsWith(`--${name}=`) ? [argument.slice(name.length + 3)] : [];
  });
}
