// Puts the records of bench/results/ into docs/performance.md: whatever stands between `<!-- NAME -->` and `<!-- /NAME -->` becomes the
// table of NAME.json.
//
//     npx tsx scripts/performance-tables.ts

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readRecord } from '../bench/harness/record.ts';
import { recordTable } from '../bench/harness/tables.ts';
import { packageRoot } from '../src/packageRoot.ts';

const file = path.join(packageRoot, 'docs/performance.md');
let text = readFileSync(file, 'utf8');
for (const [whole, name] of text.matchAll(/<!-- (\w+) -->[\s\S]*?<!-- \/\1 -->/g)) {
  const record = path.join(packageRoot, 'bench/results', `${name}.json`);
  const table = existsSync(record) ? recordTable(await readRecord(record)) : '*Not recorded.*';
  text = text.replace(whole, () => `<!-- ${name} -->\n${table}\n<!-- /${name} -->`);
}
writeFileSync(file, text);
