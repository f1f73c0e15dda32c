// node translations.mjs PACKAGE CASES: runs every exchange, and prints how many passed. What differs goes to standard error.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readExchanges } from './exchanges.mjs';

const [folder, cases] = process.argv.slice(2);
const { MetadataError, namesOf, SettingsError, Translator } = await import(pathToFileURL(join(folder, 'dist/index.js')));

const text = (bytes) => new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
const pairs = (headers) => headers.map(({ name, value }) => [name, value]);
// As a message of Node has them.
const raw = (headers) => headers.flatMap(({ name, value }) => [name, value]).map((each) => Buffer.from(each).toString('latin1'));

/** What a translator says, in the form of the expectations. */
function told(translator, { requestHeaders, answer, ...exchange }, form) {
  const given = { ...exchange, requestHeaders: form(requestHeaders), answer: answer && { ...answer, headers: form(answer.headers) } };
  const { events, count, unknown } = translator.translate(given);
  if (text(events).split('\n').length - 1 !== count) throw new Error(`${count} events are told, and others given`);
  const lines = unknown.map(({ part, kind, place, explanation, eventMissing }) =>
    `${part} ${kind} at ${place || 'all'}: ${explanation}${eventMissing ? ' (an event may be missing)' : ''}\n`);
  return `== events\n${text(events)}== unknown\n${lines.join('')}`;
}

function found({ settings, csdl, exchange }, form) {
  try {
    // In the contract it is a text, whose form is the same in every host.
    if (csdl !== undefined) return `== names\n${JSON.stringify(namesOf(csdl))}\n`;
    const translator = Translator.open(settings);
    try {
      return told(translator, exchange, form);
    } finally {
      translator.close();
    }
  } catch (error) {
    if (error instanceof MetadataError) return `== metadata-error\nbyte ${error.offset}: ${error.explanation}\n`;
    if (error instanceof SettingsError) return `== settings-errors\n${error.errors.map(({ path, explanation }) => `${path}: ${explanation}\n`).join('')}`;
    throw error;
  }
}

let passed = 0;
let failed = 0;
for (const each of readExchanges(cases)) {
  const differing = [pairs, raw].find((form) => {
    let came;
    try {
      came = found(each, form);
    } catch (error) {
      came = `${error.stack}\n`;
    }
    if (came !== each.expected) console.error(`${each.name} (${form.name})\n--- expected\n${each.expected}--- found\n${came}`);
    return came !== each.expected;
  });
  if (differing) failed += 1;
  else passed += 1;
}
console.log(`${passed} exchanges passed${failed > 0 ? `, ${failed} FAILED` : ''}`);
process.exitCode = failed > 0 ? 1 : 0;
