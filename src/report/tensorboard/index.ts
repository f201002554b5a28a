// What a run looks like in TensorBoard.

export { EVENT_FILE, EventFile, writeEventFile } from './eventFile.ts';
