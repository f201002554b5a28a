// Memory that threads share: a WebAssembly module says of its memory, defined or imported, whether it is shared, in one byte. Code is the
// same either way, so that TensorFlow.js's build for one thread and our kernels can be put into a shared memory as they are.

const sections = { imports: 2, memories: 5 };
const kinds = { table: 1, memory: 2, global: 3 };
/** Flags of a memory's limits. */
const bounded = 1;
const shared = 2;

/** Whether threads can share a memory. */
export const isShared = ({ buffer }: WebAssembly.Memory): boolean =>
  typeof SharedArrayBuffer !== 'undefined' && (buffer as ArrayBufferLike) instanceof SharedArrayBuffer;

/** The module with its memory shared; the same bytes where it has none whose size is bounded, which sharing needs. */
export function withSharedMemory(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = limitsOfMemory(module);
  if (at === undefined || module[at] !== bounded) return module;
  const changed = module.slice();
  changed[at] |= shared;
  return changed;
}

/** Where the flags of the first memory's limits are. */
function limitsOfMemory(module: Uint8Array): number | undefined {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = module[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  while (at < module.length) {
    const section = module[at++];
    const end = number() + at;
    if (section === sections.imports) {
      for (let count = number(); count > 0; count--) {
        for (let name = 0; name < 2; name++) {
          const length = number();
          at += length;
        }
        const kind = module[at++];
        if (kind === kinds.memory) return at;
        if (kind === kinds.table) {
          at++;
          const limits = module[at++];
          number();
          if (limits & bounded) number();
        } else if (kind === kinds.global) at += 2;
        else number();
      }
    }
    if (section === sections.memories && number() > 0) return at;
    at = end;
  }
  return undefined;
}
