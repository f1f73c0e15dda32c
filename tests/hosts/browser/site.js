// A small server with the playground as `actlog playground` gives it, and with a page that runs vectors.

import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WEB = fileURLToPath(new URL('../../../host/runner/web/', import.meta.url));
const HERE = fileURLToPath(new URL('.', import.meta.url));
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.svg': 'image/svg+xml' };

/** Every file of the playground, by name. What it shares with the review page is taken from there. */
export function playgroundFiles(component) {
    const read = (path) => readFileSync(join(WEB, path), 'utf8');
    const files = Object.fromEntries(readdirSync(join(WEB, 'playground')).map((name) => [name, read(`playground/${name}`)]));
    const plain = (path) => read(path).split('\n').filter((line) => !line.startsWith('import ')).map((line) => line.replace(/^export /, '')).join('\n');
    return {
        ...files,
        'base.css': read('css/base.css'), 'theme.js': read('js/theme.js'), 'icon.svg': read('icon.svg'),
        'shared.js': `'use strict';\n${plain('js/dom.js')}${plain('js/copy.js')}`,
        'component.js': `'use strict';\nconst COMPONENT = '${component.toString('base64')}';\n`,
    };
}

const VECTORS = '<!doctype html><title>vectors</title><link rel="icon" href="icon.svg">'
    + ['component.js', 'filter.js', 'filter-load.js', 'vectors.js'].map((name) => `<script src="${name}"></script>`).join('');

/** Serves on loopback; `requests` lists what was asked for. No header but the type: like any static server. */
export async function startSite(component, extra = {}) {
    const files = { ...playgroundFiles(component), 'vectors.html': VECTORS, 'vectors.js': readFileSync(join(HERE, 'vectors.js'), 'utf8'), ...extra };
    const requests = [];
    const server = createServer((request, response) => {
        requests.push(`${request.method} ${request.url}`);
        const name = new URL(request.url, 'http://x').pathname.slice(1) || 'index.html';
        if (!Object.hasOwn(files, name)) return response.writeHead(404).end();
        return response.writeHead(200, { 'Content-Type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(files[name]);
    });
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    return { base: `http://127.0.0.1:${server.address().port}/`, requests, close: () => new Promise((done) => server.close(done)) };
}
