// node bench.mjs PACKAGE EVENTS.ndjson: prints one line of JSON. Start-up and reading are not measured.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, file] = process.argv.slice(2);
const { Filter } = await import(pathToFileURL(join(folder, 'dist/index.js')));

const ROUNDS = 3;
const BATCH = 64;

const input = readFileSync(file);
const batches = [];
let from = 0;
let lines = 0;
for (let at = input.indexOf(10); at >= 0; at = input.indexOf(10, at + 1)) {
  lines += 1;
  if (lines % BATCH !== 0) continue;
  batches.push(input.subarray(from, at + 1));
  from = at + 1;
}
if (from < input.length) batches.push(input.subarray(from));

const filter = Filter.open();
let best;
for (let round = 0; round < ROUNDS; round += 1) {
  let [events, records] = [0, 0];
  const begin = process.hrtime.bigint();
  for (const batch of batches) {
    const outcome = filter.audit(batch);
    events += outcome.read;
    records += outcome.parts;
  }
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  if (best === undefined || seconds < best.seconds) best = { host: 'node', events, records, seconds };
}
if (best.events === 0) throw new Error(`${file} has no events`);
console.log(JSON.stringify(best));
