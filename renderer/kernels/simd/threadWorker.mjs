// A thread that does tasks of compiled kernels (threads.ts) until it is ended. In plain JavaScript, so that the file is the same for a
// program that runs from its sources, a built package and a page.

/** Numbers in the head of a job, and how often a thread looks for the next one before it sleeps. */
const [next, end, done, base, failed] = [0, 1, 2, 3, 4];
const looks = 4000;

if (typeof globalThis.postMessage === 'function') {
  globalThis.onmessage = ({ data }) => start(data, (message) => globalThis.postMessage(message));
} else {
  // Not an import, which bundlers for pages would stumble over.
  const { parentPort, workerData } = globalThis.process.getBuiltinModule('node:worker_threads');
  start(workerData, (message) => parentPort.postMessage(message));
}

function start({ thread, module, memory, names, head, starts, results, records }, say) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const kernels = names.map((name) => exports[name]);
  say('ready');
  for (;;) {
    const last = Atomics.load(head, end);
    const task = Atomics.load(head, next);
    if (((last - task) | 0) <= 0) {
      if (!spin(head, last)) Atomics.wait(head, end, last);
    } else if (Atomics.compareExchange(head, next, task, (task + 1) | 0) === task) {
      const place = (task - Atomics.load(head, base)) | 0;
      try {
        results[place] = perform(starts[place], records, kernels, thread);
      } catch {
        Atomics.store(head, failed, 1);
      }
      if (((Atomics.add(head, done, 1) + 1) | 0) === last) Atomics.notify(head, done);
    }
  }
}

/** Whether there is another job before long. */
function spin(head, last) {
  for (let look = 0; look < looks; look++) if (Atomics.load(head, end) !== last) return true;
  return false;
}

/** A task: how many calls; of each the kernel, how many arguments, and of each argument its value and what it grows by a thread. */
function perform(at, records, kernels, thread) {
  let result;
  let place = at;
  for (let calls = records[place++]; calls > 0; calls--) {
    const kernel = kernels[records[place++]];
    const values = [];
    for (let count = records[place++]; count > 0; count--, place += 2) {
      values.push(records[place + 1] === 0 ? records[place] : records[place] + thread * records[place + 1]);
    }
    result = kernel(...values);
  }
  return result;
}
