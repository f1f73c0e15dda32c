// A small server that gives the page, and answers from the fixtures as `actlog serve` does.
//
//   node mock.js [port] [--empty] [--token TOKEN] [--role auditor] [--search-off]

import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const WEB = join(HERE, '../../host/runner/web');
const TYPES = { '.html': 'text/html; charset=utf-8', '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml' };
export const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const fixture = (name) => readFileSync(join(HERE, 'fixtures', name), 'utf8');
const lines = (name) => fixture(name).trim().split('\n').map((line) => JSON.parse(line));
const STAGES = JSON.parse(fixture('stages.json'));
const CATALOG = JSON.parse(fixture('catalog.json'));
const EXAMPLE = { Records: lines('records.ndjson'), Joined: lines('joined.ndjson') };
// The generator knows no rules; a few records are tagged here as a rule would.
for (const record of EXAMPLE.Joined.filter((one) => one.Category === 'ReadMultiple').slice(0, 6)) record.Tags = 'bulk, out-of-hours';
const DEMO = { Records: lines('demo-records.ndjson'), Joined: lines('demo-joined.ndjson') };

const RULES = [
    { Rule: 'mask-contacts', Version: '1.2.0', Reviewed: 812, Tagged: 0, Redacted: 97, Dropped: 0, Unreviewed: 2, Withheld: 0 },
    { Rule: 'bulk-reads<img src=x>', Version: '0.3.1', Reviewed: 12044, Tagged: 311, Redacted: 0, Dropped: 0, Unreviewed: 0, Withheld: 0 },
];
const TENANT = '4b1d7c9e-2f60-4a83-9d15-7e3c08f2a6b4';
/** A queue, receivers and collectors in each state. */
export const FLOWS = [
    { Name: 'store', Kind: 'queue', Detail: 'requests that wait for the disk', State: 'ok', Unit: 'requests', Waiting: 2, Limit: 256, Sent: 398, Failed: 0, OldestAge: 0.012 },
    { Name: 'archive', Kind: 'push', Detail: 'https://archive.example', State: 'ok', Unit: 'records', Waiting: 0, Sent: 14302, Failed: 0, LastSent: '2024-03-04T07:12:56.120Z' },
    { Name: 'siem', Kind: 'push', Detail: 'https://siem.example:8088', State: 'failing', Unit: 'records', Waiting: 1840, Sent: 12462, Failed: 0, OldestAge: 412.7, LastSent: '2024-03-04T07:06:03.004Z', LastError: '503 Service Unavailable: <b>index is read-only</b>' },
    { Name: 'feed', Kind: 'feed', Detail: 'Management Activity API', State: 'ok', Unit: 'records', Waiting: 12, Sent: 14290, Failed: 3 },
    { Name: 'sentinel', Kind: 'collector', Detail: `${TENANT} Audit.General`, State: 'ok', Unit: 'blobs', Sent: 96, Failed: 0, LastSent: '2024-03-04T07:12:40.000Z' },
    { Name: 'hooked', Kind: 'collector', Detail: `${TENANT} Audit.General`, State: 'stopped', Unit: 'blobs', Waiting: 41, Sent: 55, Failed: 16, OldestAge: 92000, LastError: 'the webhook at https://hook.example failed 16 times in a row' },
];

const PARTS = new Map([...EXAMPLE.Records, ...DEMO.Records].map((record) => [record.CorrelationId, record.PartCount]));

/** The name of a source record in addresses. */
export const sourceOf = (one) => `${one.OrganizationId}.${one.CorrelationId}`;

const ids = (record) => (record.QueryResults ?? '').split(', ').filter(Boolean);

class Refusal extends Error {
    constructor(status, reason, sentence) {
        super(sentence);
        Object.assign(this, { status, reason });
    }
}

/** Options: empty, token, role, searchOff, delay(path, query) in ms. */
export async function startMock(options = {}, port = 0) {
    const store = { records: [], joined: [] };
    const load = ({ Records, Joined }) => {
        store.records.push(...Records);
        store.joined.push(...Joined);
        store.joined.sort((one, two) => (two.CreationTime ?? '').localeCompare(one.CreationTime ?? ''));
        return Records.length;
    };
    const began = new Date().toISOString();
    let read = options.empty ? 0 : load(EXAMPLE);
    const requests = [];
    const server = createServer(async (request, response) => {
        const url = new URL(request.url, 'http://mock');
        requests.push(`${request.method} ${request.url}`);
        response.setHeader('Content-Security-Policy', POLICY);
        response.setHeader('X-Content-Type-Options', 'nosniff');
        try {
            if (url.pathname.startsWith('/api/')) {
                await new Promise((done) => setTimeout(done, options.delay?.(url) ?? 0));
                api(request, response, url);
            } else await page(response, url.pathname);
        } catch (error) {
            response.statusCode = error.status ?? 500;
            response.setHeader('Content-Type', 'application/json');
            response.end(JSON.stringify({ Error: error.message, Reason: error.reason ?? 'internal' }));
        }
    });
    await new Promise((done) => server.listen(port, '127.0.0.1', done));
    const base = `http://127.0.0.1:${server.address().port}/`;
    return { base, options, requests, store, close: () => new Promise((done) => { server.close(done); server.closeAllConnections(); }) };

    async function page(response, path) {
        const file = normalize(join(WEB, path === '/' ? 'index.html' : decodeURIComponent(path)));
        if (!file.startsWith(WEB)) throw new Refusal(404, 'not-found', 'There is no such page.');
        const body = await readFile(file).catch(() => { throw new Refusal(404, 'not-found', 'There is no such page.'); });
        response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
        response.end(body);
    }

    function api(request, response, url) {
        const token = /^Bearer (.*)$/.exec(request.headers.authorization ?? '')?.[1];
        if (options.token && token !== options.token && (token || !options.anonymous)) throw new Refusal(401, 'no-token', 'A token is needed.');
        const q = Object.fromEntries(url.searchParams);
        const [, , what, name, action] = url.pathname.split('/').map(decodeURIComponent);
        const role = options.role ?? 'operator';
        const reads = ['search', 'records', 'seen', 'export'].includes(what);
        if (reads && options.searchOff) throw new Refusal(403, 'search-off', 'Search is turned off in the settings of this server.');
        if (['demo', 'settings', 'operation'].includes(what) && role !== 'operator') throw new Refusal(403, 'role', 'Only an operator may do that.');
        const send = (body) => {
            response.setHeader('Content-Type', 'application/json');
            response.end(JSON.stringify(body));
        };
        if (options.broken?.(what)) throw new Refusal(503, 'busy', 'The index is being written; try again.');
        switch (`${request.method} ${what}`) {
            case 'GET me': return send({ Role: role, Anonymous: !options.token, EventsUrl: `${base}events`, Version: '0.1.0' });
            case 'GET catalog': return send(CATALOG);
            case 'GET search': {
                if (q.RecordId && !/^[0-9a-f-]{36}$/.test(q.RecordId)) throw new Refusal(400, 'bad-request', `record: '${q.RecordId}' is no GUID`);
                if (q.From && !/^\d{4}-\d{2}-\d{2}/.test(q.From)) throw new Refusal(400, 'bad-request', `from: '${q.From}' is no time`);
                const { page: rows, Next } = cut(find(q), q.After, Number(q.Limit ?? 50));
                return send({ Rows: rows.map(row), Next, Empty: store.joined.length === 0, ...(q.After ? {} : { Count: { Found: find(q).length, Exact: true } }) });
            }
            case 'GET records': {
                const record = store.joined.find((one) => sourceOf(one) === name);
                if (!record) throw new Refusal(404, 'no-record', 'No record has this correlation id.');
                const parts = store.records.filter((one) => sourceOf(one) === name);
                return send({ Record: record, Ocsf: { class_uid: 6003, metadata: { uid: record.Id, version: '1.3.0' }, activity_name: 'Read', unmapped: { Category: record.Category } }, Parts: parts, Stages: STAGES, Seal: { Number: 3, Time: '2024-03-02T10:00:00.000Z' } });
            }
            case 'GET seen': {
                const all = store.joined.filter((one) => one.EntityId === name || ids(one).includes(name));
                const { page: rows, Next } = cut(all, q.After, options.seenPage ?? 20);
                return send({
                    Rows: rows.map((one) => ({
                        CreationTime: one.CreationTime, User: one.UserUpn ?? one.UserId, Message: one.Message, EntityName: one.EntityName,
                        How: one.EntityId === name ? 'single' : 'many', Source: sourceOf(one),
                    })), Next,
                });
            }
            case 'GET export': return file(q.Format, 'search', ['CreationTime', 'User', 'Message', 'Category', 'EntityName', 'EntityId', 'ResultStatus'],
                find(q).map((one) => { const it = row(one); return [it.CreationTime, it.User, it.Message, it.Category, it.EntityName, it.EntityId, it.ResultStatus]; }));
            case 'GET reports': {
                if (!name) return send(REPORTS.map(({ Name, Title, Description, Needs }) => ({ Name, Title, Description, Needs })));
                const report = REPORTS.find((one) => one.Name === name);
                if (!report) throw new Refusal(404, 'no-report', 'There is no such report.');
                const missing = report.Needs.find((need) => !q[need]);
                if (missing) throw new Refusal(400, 'missing', `The report needs ${missing}.`);
                const rows = report.rows(find({ From: q.From, To: q.To }), q);
                if (action === 'export') return file(q.Format, name, report.Columns.map((column) => column.Name), rows);
                return send({ Name: report.Name, Title: report.Title, Columns: report.Columns, Rows: rows, Chart: report.chart && rows.length ? chart(rows) : null });
            }
            case 'GET settings': return send({ Text: fixture('settings.toml'), Rules: RULES });
            case 'GET operation': return send({
                Reasons: [{ Outcome: 'excluded', Reason: 'excluded-message', Events: 30 }, { Outcome: 'excluded', Reason: 'service-account', Events: 7 },
                    { Outcome: 'rejected', Reason: 'missing-key', Events: 2 }, { Outcome: 'rejected', Reason: 'not-json', Events: 1 }],
                Rules: RULES, Flows: options.flows?.() ?? FLOWS, NotReady: options.notReady ?? [],
                Latencies: [{ Kind: 'intake', Name: 'http', Count: 412, Median: 3.214, P99: 18.2, Slowest: 131.9 },
                    { Kind: 'store', Name: 'commit', Count: 398, Median: 1.87, P99: 9.75, Slowest: 120.4 },
                    { Kind: 'sink', Name: 'siem', Count: 51, Median: 24.6, P99: 1204, Slowest: 10000.2 }],
            });
            case 'GET counts': {
                if (!options.empty) read += 3;
                const stored = store.records.length;
                return send({ Read: read + 40, Recorded: read, Records: read + 14, Excluded: 37, Rejected: 3, Faulted: 0, Stored: stored, Waiting: 0, NotReady: options.notReady ?? [], Since: began });
            }
            case 'POST demo': read += 27; return send({ Stored: load(DEMO) });
            default: throw new Refusal(404, 'not-found', 'There is no such thing here.');
        }

        function file(format, title, columns, rows) {
            const quote = (value) => `"${String(value ?? '').replaceAll('"', '""')}"`;
            const escape = (value) => String(value ?? '').replaceAll('&', '&amp;').replaceAll('<', '&lt;');
            const body = {
                csv: () => [columns, ...rows].map((line) => line.map(quote).join(',')).join('\r\n') + '\r\n',
                json: () => rows.map((line) => `${JSON.stringify(Object.fromEntries(line.map((value, at) => [columns[at], value])))}\n`).join(''),
                ocsf: () => rows.map(() => `${JSON.stringify({ class_uid: 6003 })}\n`).join(''),
                html: () => `<!doctype html><title>${title}</title><table>${rows.map((line) => `<tr>${line.map((value) => `<td>${escape(value)}`).join('')}`).join('')}</table>`,
            }[format];
            if (!body) throw new Refusal(400, 'format', 'Format is csv, json or html.');
            response.setHeader('Content-Type', 'application/octet-stream');
            response.setHeader('Content-Disposition', `attachment; filename="actlog-${title}.${format}"`);
            response.end(body());
        }
    }

    function find(q) {
        const has = (value, part) => String(value ?? '').toLowerCase().includes(part.toLowerCase());
        return store.joined.filter((one) =>
            (!q.From || one.CreationTime >= q.From) && (!q.To || one.CreationTime < (q.To.length === 10 ? `${q.To}U` : q.To))
            && (!q.User || has(one.UserUpn ?? one.UserId, q.User)) && (!q.Message || has(one.Message, q.Message))
            && (!q.Category || one.Category === q.Category) && (!q.Activity || one.Activity === q.Activity)
            && (!q.Entity || has(one.EntityName, q.Entity)) && (!q.RecordId || one.EntityId === q.RecordId || ids(one).includes(q.RecordId))
            && (!q.ClientIP || has(one.ClientIP, q.ClientIP)) && (!q.ResultStatus || has(one.ResultStatus, q.ResultStatus))
            && (!q.Tag || (one.Tags ?? '').split(', ').includes(q.Tag)) && (!q.Text || has(JSON.stringify(one), q.Text)));
    }
}

function cut(all, after, limit) {
    const from = Number(after ?? 0);
    const page = all.slice(from, from + limit);
    return { page, Next: from + limit < all.length ? String(from + limit) : null };
}

const row = (one) => ({
    Source: sourceOf(one), CreationTime: one.CreationTime, User: one.UserUpn ?? one.UserId, Message: one.Message, Category: one.Category,
    Activity: one.Activity, EntityName: one.EntityName ?? null, EntityId: one.EntityId ?? null, ClientIP: one.ClientIP ?? null,
    ResultStatus: one.ResultStatus ?? null, Tags: (one.Tags ?? '').split(', ').filter(Boolean), Parts: PARTS.get(one.CorrelationId) ?? 1, Results: ids(one).length,
});

const by = (all, key) => {
    const sums = new Map();
    for (const one of all) sums.set(key(one), (sums.get(key(one)) ?? 0) + 1);
    return [...sums].sort((one, two) => two[1] - one[1]);
};
const REPORTS = [
    { Name: 'by-category', Title: 'Access by category', Description: 'How often each kind of access was recorded.', Needs: [], chart: true,
        Columns: [{ Name: 'Category', Kind: 'text' }, { Name: 'Records', Kind: 'number' }], rows: (all) => by(all, (one) => one.Category) },
    { Name: 'one-user', Title: 'What a user did', Description: 'Everything that one user read, changed or exported.', Needs: ['User'],
        Columns: [{ Name: 'CreationTime', Kind: 'time' }, { Name: 'Message', Kind: 'text' }, { Name: 'EntityName', Kind: 'text' }, { Name: 'EntityId', Kind: 'text' }, { Name: 'ClientIP', Kind: 'text' }, { Name: 'Result', Kind: 'text' }],
        rows: (all, q) => all.filter((one) => (one.UserUpn ?? one.UserId) === q.User).map((one) => [one.CreationTime, one.Message, one.EntityName ?? null, one.EntityId ?? null, one.ClientIP ?? null, one.ResultStatus ?? null]) },
    { Name: 'who-saw', Title: 'Who saw these records', Description: 'All access to the records that are named.', Needs: ['RecordIds'],
        Columns: [{ Name: 'User', Kind: 'text' }, { Name: 'Times', Kind: 'number' }],
        rows: (all, q) => by(all.filter((one) => q.RecordIds.split(',').some((id) => one.EntityId === id || ids(one).includes(id))), (one) => one.UserUpn ?? one.UserId) },
];

function chart(rows) {
    const most = Math.max(...rows.map((one) => one[1]));
    const bars = rows.map(([name, value], at) => `<text x="110" y="${at * 26 + 19}" text-anchor="end">${name}</text><rect x="120" y="${at * 26 + 6}" width="${Math.round(value / most * 420)}" height="18" fill="#1f5fa8"/><text x="${Math.round(value / most * 420) + 128}" y="${at * 26 + 19}">${value}</text>`);
    return `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="${rows.length * 26 + 10}" font-family="sans-serif" font-size="12">${bars.join('')}</svg>`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    const given = process.argv.slice(2);
    const after = (name) => given.includes(name) ? given[given.indexOf(name) + 1] : undefined;
    const mock = await startMock({ empty: given.includes('--empty'), token: after('--token'), role: after('--role'), searchOff: given.includes('--search-off') }, Number(given[0]) || 7311);
    console.log(mock.base);
}
