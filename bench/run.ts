// `npm run bench`: every benchmark, one after the other.

await import('./backend.ts');
await import('./rasterizer.ts');
await import('./gpu.ts');

export {};
