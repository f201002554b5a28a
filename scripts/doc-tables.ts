// Puts numbers into a document: the table below each block of commands with `rastergrad sweep table` becomes what the block prints.
//
//     npx tsx scripts/doc-tables.ts docs/results/study.md

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { packageRoot } from '../src/packageRoot.ts';

const [file] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
const withTable =
  /(```sh\n((?:(?!```)[\s\S])*rastergrad sweep table(?:(?!```)[\s\S])*)```\n\n)(?:\|.*\n)+(?:\n\d+ runs? ha(?:s|ve) no results yet\.\n)?/g;
const rastergrad = 'rastergrad() { npx tsx src/cli/main.ts "$@"; }';
writeFileSync(
  file,
  text.replace(withTable, (_, block: string, commands: string) => {
    const printed = execFileSync('bash', ['-ec', `${rastergrad}\n${commands}`], { cwd: packageRoot });
    return `${block}${printed}`;
  }),
);
