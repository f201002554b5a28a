// Starting a thread for compiled kernels: a worker of Node, or of a page.

import type { Job } from './threads.ts';

/** What a thread is told: its number, its kernels and their memory, and where jobs are written down. */
export interface ThreadOrders extends Job {
  thread: number;
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  /** Of kernels, by their code in a job. */
  names: readonly string[];
}

export interface ThreadHandle {
  terminate(): unknown;
}

/** Resolves once the thread is ready for jobs. It never keeps a process alive that has nothing else to do. */
export async function startWorker(orders: ThreadOrders): Promise<ThreadHandle> {
  return import.meta.url.startsWith('file:') ? startInNode(orders) : startInPage(orders);
}

async function startInNode(orders: ThreadOrders): Promise<ThreadHandle> {
  const { Worker } = await import(/* @vite-ignore */ 'node:worker_threads');
  const worker = new Worker(new URL('./threadWorker.mjs', import.meta.url), {
    workerData: orders,
    execArgv: [],
  });
  await new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`it ended with code ${code}`)));
  });
  worker.unref();
  return worker;
}

async function startInPage(orders: ThreadOrders): Promise<ThreadHandle> {
  const worker = new Worker(new URL('./threadWorker.mjs', import.meta.url), { type: 'module' });
  await new Promise((resolve, reject) => {
    worker.onmessage = resolve;
    worker.onerror = ({ message }) => reject(new Error(message || 'its program does not load'));
    worker.postMessage(orders);
  });
  return worker;
}
