// node vectors.mjs PACKAGE CASES: runs every vector, and prints how many passed. What differs goes to standard error.
import { join as path } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readCases } from './cases.mjs';

const [folder, cases] = process.argv.slice(2);
const { Filter, JoinError, SettingsError } = await import(pathToFileURL(path(folder, 'dist/index.js')));

const text = (bytes) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);

/** The section `joined` or `join-error`. */
function joined(filter, records) {
  try {
    return `== joined\n${text(filter.join(records))}`;
  } catch (error) {
    if (!(error instanceof JoinError)) throw error;
    const { failure } = error;
    const line =
      failure.kind === 'missing-parts'
        ? `${failure.kind} ${failure.correlationId}: ${failure.missing.join(', ')} of ${failure.partCount}`
        : `${failure.kind} line ${failure.line}: ${failure.explanation}`;
    return `== join-error\n${line}\n`;
  }
}

/** The sections `outcome` and `records`, and what join makes of the records where that is not the same again. */
function outcomeOf(filter, events) {
  const { read, recorded, parts, records, excluded, rejected, faulted } = filter.audit(events);
  if (faulted.length > 0) throw new Error(`the filter failed: ${faulted[0].explanation}`);
  const lines = [
    `read ${read}, recorded ${recorded}, records ${parts}`,
    ...excluded.map(({ count, reason, message, entity }) => `excluded ${count} × ${reason}: ${message} of ${entity || 'no entity'}`),
    ...rejected.map(({ index, reason, place, offset }) => `rejected event ${index}: ${reason} at ${place || 'the event'}, byte ${offset}`),
  ];
  const again = joined(filter, records);
  return `== outcome\n${lines.join('\n')}\n== records\n${text(records)}${again === `== joined\n${text(records)}` ? '' : again}`;
}

function found({ settings, events, parts }, form) {
  let filter;
  try {
    filter = Filter.open(settings);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    return `== settings-errors\n${error.errors.map(({ path, explanation }) => `${path}: ${explanation}\n`).join('')}`;
  }
  try {
    return parts === undefined ? outcomeOf(filter, form(events)) : joined(filter, form(parts));
  } finally {
    filter.close();
  }
}

let passed = 0;
let failed = 0;
for (const each of readCases(cases)) {
  // As bytes and as text: both are ways into the same filter.
  for (const form of [Buffer.from, String]) {
    let came;
    try {
      came = found(each, (given) => form(given));
    } catch (error) {
      came = `${error.stack}\n`;
    }
    if (came === each.expected) continue;
    failed += 1;
    console.error(`${each.name} (${form.name || 'bytes'})\n--- expected\n${each.expected}--- found\n${came}`);
    break;
  }
  passed += 1;
}
console.log(`${passed - failed} vectors passed${failed > 0 ? `, ${failed} FAILED` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
