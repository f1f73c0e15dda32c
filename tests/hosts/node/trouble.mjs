// node trouble.mjs PACKAGE ROOT FILE: writes a component that fails on demand, from the text that the engine's tests have.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, root, file] = process.argv.slice(2);
const jco = createRequire(join(folder, 'package.json')).resolve('@bytecodealliance/jco');
const { componentEmbed, componentNew, parse } = await import(pathToFileURL(jco));

const wit = join(root, 'wit');
const contract = readdirSync(wit).filter((name) => name.endsWith('.wit')).map((name) => readFileSync(join(wit, name), 'utf8'));
const [, version] = contract.map((text) => /^package actlog:activity@(.*);$/m.exec(text)).find((match) => match !== null);
const text = readFileSync(join(root, 'host/engine/tests/engine/troublemaker.wat'), 'utf8');
const module = await parse(text.replace(/(actlog:activity\/[a-z]+)@[0-9.]+/g, `$1@${version}`));
const embedded = await componentEmbed({ binary: module, witPath: wit, world: 'activity-filter' });
writeFileSync(file, await componentNew(embedded, []));
