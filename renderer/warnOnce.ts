// Warnings about things that work but surprise: each is said once, however often it happens.

const said = new Set<string>();

export function warnOnce(message: string): void {
  if (said.has(message)) return;
  said.add(message);
  console.warn(`rastergrad: ${message}`);
}
