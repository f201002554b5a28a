// What has to be in place before tfjs-node is loaded.

/** Keeps the library quiet, and lends tfjs-node what newer versions of Node have taken away. Does nothing in browsers. */
export function prepareTensorflow(): void {
  const { process } = globalThis;
  if (!process?.versions?.node) return;
  // The library tells what it could do better, unless its environment says that only warnings count.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  // tfjs-node 4.22.0 calls two functions of node:util, of which Node 22 warns; Node 23 has no more the second.
  const util = process.getBuiltinModule?.('node:util') as unknown as Record<string, unknown> | undefined;
  if (!util) return;
  util.isArray = Array.isArray;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
}
