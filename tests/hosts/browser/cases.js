// The vectors of tests/cases; their format stands there in README.md.

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../cases/', import.meta.url));
const GIVEN = ['settings', 'events', 'parts'];
const EXPECTED = ['outcome', 'records', 'joined', 'join-error', 'settings-errors'];

/** Every vector: its name, what is given, and what must come. None at all is an error. */
export function allCases() {
    const names = readdirSync(FOLDER).filter((name) => name.endsWith('.case')).sort();
    if (!names.length) throw new Error(`no vectors in ${FOLDER}`);
    return names.map((name) => ({ name, ...parse(name, readFileSync(FOLDER + name, 'utf8')) }));
}

function parse(name, text) {
    const sections = `\n${text}`.split('\n== ').slice(1).map((section) => {
        const end = section.indexOf('\n');
        return { title: section.slice(0, end).trim(), body: section.slice(end + 1) };
    });
    const unknown = sections.find(({ title }) => ![...GIVEN, ...EXPECTED].includes(title));
    if (unknown) throw new Error(`${name}: there is no section '${unknown.title}'`);
    const given = Object.fromEntries(sections.filter(({ title }) => GIVEN.includes(title)).map(({ title, body }) => [title, body]));
    const lines = (body) => `${body.replace(/\n+$/, '')}\n`;
    if ((given.events === undefined) === (given.parts === undefined)) throw new Error(`${name} has either events or parts`);
    const expected = sections.filter(({ title }) => EXPECTED.includes(title));
    if (!expected.length) throw new Error(`${name} expects nothing`);
    return {
        given: given.parts === undefined ? { settings: (given.settings ?? '').trim(), events: lines(given.events) } : { parts: lines(given.parts) },
        expected: expected.map(({ title, body }) => `== ${title}\n${body === '' || body.endsWith('\n') ? body : `${body}\n`}`).join(''),
    };
}
