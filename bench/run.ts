// `npm run bench`: every benchmark of speed, one after the other. Memory has a process of its own: `npx tsx bench/memory.ts`.

await import('./backend.ts');
await import('./rasterizer.ts');
await import('./methods.ts');
await import('./largeMesh.ts');
await import('./gpu.ts');
await import('./pixel2mesh.ts');

export {};
