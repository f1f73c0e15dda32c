// Reads conformance vectors: tests/cases/README.md is their format.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const EXPECTED = ['outcome', 'records', 'settings-errors', 'joined', 'join-error'];

/** Every vector of a folder, in the order of their names. */
export function readCases(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.case')).sort();
  if (names.length === 0) throw new Error(`no vectors in ${folder}`);
  return names.map((name) => parseCase(name, readFileSync(join(folder, name), 'utf8')));
}

/** One vector: `settings` and `events`, or `parts`, and what is `expected`. */
export function parseCase(name, text) {
  const sections = text.split(/^== /m).slice(1).map((section) => {
    const end = section.indexOf('\n');
    return end < 0 ? [section.trim(), ''] : [section.slice(0, end).trim(), section.slice(end + 1)];
  });
  const found = { name, settings: undefined, events: undefined, parts: undefined, expected: '' };
  for (const [section, body] of sections) {
    if (section === 'settings') found.settings = body.trim();
    else if (section === 'events' || section === 'parts') found[section] = `${body.replace(/\n+$/, '')}\n`;
    else if (EXPECTED.includes(section)) found.expected += `== ${section}\n${body}`;
    else throw new Error(`${name}: there is no section '${section}'`);
  }
  const filter = found.events !== undefined && found.parts === undefined;
  const join = found.parts !== undefined && found.events === undefined && found.settings === undefined;
  if (!(filter || join) || found.expected === '') throw new Error(`${name} is neither a vector of the filter nor one of join`);
  return found;
}
