// Reads the cases of tests/exchanges: its README.md is their format. The browser's tests read them here, too.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const GIVEN = ['settings', 'request', 'response', 'csdl'];
const EXPECTED = ['events', 'unknown', 'settings-errors', 'names', 'metadata-error'];
const TOKEN = '{"oid":"a0000000-0000-4000-8000-000000000001","upn":"anna@contoso.com"}';

/** Every case of a folder, in the order of their names. */
export function readExchanges(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.case')).sort();
  if (names.length === 0) throw new Error(`no exchanges in ${folder}`);
  const common = readFileSync(join(folder, 'settings.json'), 'utf8');
  return names.map((name) => parseExchange(name, readFileSync(join(folder, name), 'utf8'), common));
}

/** One case: `settings` and `exchange`, or `csdl`, and what is `expected`. Header fields are `{ name, value }`, bodies bytes. */
export function parseExchange(name, file, common) {
  const given = {};
  let expected = '';
  for (const section of file.split('\n== ').slice(1)) {
    const end = section.indexOf('\n');
    const title = (end < 0 ? section : section.slice(0, end)).trim();
    const text = end < 0 ? '' : section.slice(end + 1);
    if (GIVEN.includes(title)) given[title] = text.endsWith('\n') ? text : `${text}\n`;
    else if (EXPECTED.includes(title)) expected += `== ${title}\n${text === '' || text.endsWith('\n') ? text : `${text}\n`}`;
    else throw new Error(`${name}: there is no section '${title}'`);
  }
  if ((given.request === undefined) === (given.csdl === undefined) || expected === '') throw new Error(`${name} has a request or a csdl, and expectations`);
  const { settings = common, csdl } = given;
  return { name, settings, csdl, exchange: csdl === undefined ? exchangeOf(name, given) : undefined, expected };
}

function exchangeOf(name, { request, response }) {
  const asked = message(name, request);
  const isToken = (field) => field.name.toLowerCase() === 'authorization';
  if (!asked.headers.some(isToken) && !asked.notes.has('anonymous')) asked.headers.push({ name: 'Authorization', value: `Bearer ${TOKEN}` });
  for (const field of asked.headers.filter(isToken)) {
    if (field.value.startsWith('Bearer {')) field.value = `Bearer e30.${Buffer.from(field.value.slice(7)).toString('base64url')}.c2lnbmF0dXJl`;
  }
  const space = asked.line.indexOf(' ');
  const note = (word, otherwise) => asked.notes.get(word) ?? otherwise;
  const answered = response === undefined ? undefined : message(name, response);
  return {
    id: note('id', 'x1'),
    method: asked.line.slice(0, space),
    target: asked.line.slice(space + 1).replace(/ HTTP\/1\.1$/, ''),
    began: note('began', '2024-05-06T07:08:09Z') || undefined,
    clientAddress: note('client', '192.0.2.10') || undefined,
    requestHeaders: asked.headers,
    requestBody: asked.body,
    answer: answered && { status: Number(answered.line.split(' ')[1]), headers: answered.headers, body: answered.body },
  };
}

function message(name, text) {
  const found = { notes: new Map(), line: '', headers: [], body: undefined };
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end);
    at = end + 1;
    if (line === '') break;
    const [head, rest] = cut(line, line.startsWith('@') ? ' ' : ': ');
    if (line.startsWith('@')) found.notes.set(head.slice(1), rest ?? '');
    else if (found.line === '') found.line = line;
    else if (rest === undefined) throw new Error(`${name}: '${line}' is no header field`);
    else found.headers.push({ name: head, value: rest });
  }
  if (found.line === '') throw new Error(`${name} has a message without a first line`);
  const multipart = found.headers.some((field) => field.name.toLowerCase() === 'content-type' && field.value.startsWith('multipart/'));
  const rest = text.slice(at);
  let content;
  if (found.notes.has('hex')) content = Buffer.from(rest.replace(/[^0-9a-f]/gi, ''), 'hex');
  else if (multipart && !found.notes.has('lf')) content = Buffer.from(rest.replaceAll('\n', '\r\n'));
  else content = Buffer.from(rest.replace(/\n$/, ''));
  found.body = { content, whole: !found.notes.has('cut') };
  return found;
}

function cut(line, separator) {
  const at = line.indexOf(separator);
  return at < 0 ? [line] : [line.slice(0, at), line.slice(at + separator.length)];
}
