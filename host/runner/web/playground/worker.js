'use strict';
// The filter in a worker, so that typing never waits for it.
//
// `filterWorker` is never called on the page: its text becomes the worker, with the texts of what it needs. A worker from a file
// would not be bound by this page's policy, and a page opened from a disk could not start one at all.

/** The worker's own program. It answers `{ component }` once and then any number of `{ settings, events, selected }`. */
function filterWorker() {
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    const dispose = Symbol.dispose ?? Symbol.for('dispose');
    let component = null;
    let filter = null;
    let auditor = null;
    let opened = null;

    async function load(text) {
        component = fromBase64(text);
        const { reference } = start();
        // Only where the page is from a safe origin; without it the page shows no hash.
        const hash = globalThis.crypto?.subtle ? new Uint8Array(await crypto.subtle.digest('SHA-256', component)) : null;
        return {
            bytes: component.length,
            sha256: hash && Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join(''),
            catalog: JSON.parse(reference.catalog()),
            schema: JSON.parse(reference.settingsSchema()),
        };
    }

    function start() {
        const loaded = loadFilter(component);
        filter = loaded.filter;
        auditor = null;
        opened = null;
        return loaded;
    }

    /** What is wrong with the settings; nothing when they act from now on. */
    function open(settings) {
        if (opened === settings) return [];
        auditor?.[dispose]();
        auditor = null;
        opened = null;
        try {
            auditor = filter.Auditor.open(settings);
            opened = settings;
            return [];
        } catch (error) {
            if (!Array.isArray(error?.payload)) throw error;
            return error.payload;
        }
    }

    function judge(event) {
        const { recorded, records, excluded, rejected } = auditor.audit(event);
        const lines = decoder.decode(records).split('\n').filter(Boolean);
        return {
            outcome: recorded ? 'recorded' : excluded.length ? 'excluded' : rejected.length ? 'rejected' : 'empty',
            message: recorded ? JSON.parse(lines[0]).Message : excluded[0]?.message ?? '',
            records: lines,
            exclusion: excluded[0] ?? null,
            rejection: rejected[0] ?? null,
        };
    }

    /** The parts joined again, and whether that is what the record was before it was split. */
    function joined(event, records) {
        const joining = decoder.decode(filter.join(encoder.encode(records.map((record) => `${record}\n`).join(''))));
        return { record: joining.trimEnd(), ...compared(event, JSON.parse(joining)) };
    }

    /**
     * Compares a joined record with the activity as rules see it, which is before anything is split: another way through the
     * filter than split and join.
     */
    function compared(event, record) {
        const COLUMNS = {
            message: 'Message', entityName: 'EntityName', entityId: 'EntityId', organizationId: 'OrganizationId', userAgent: 'UserAgent',
            resultStatus: 'ResultStatus', fields: 'Fields', query: 'Query', queryResults: 'QueryResults', itemUrl: 'ItemUrl',
        };
        const columns = Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, true]));
        const capture = auditor.capture(event);
        try {
            const [activity] = capture.activities({ messages: [], categories: [], entities: [] }, columns);
            const differing = Object.entries(COLUMNS).filter(([name, column]) => {
                const before = activity[name];
                const after = record[column];
                if (before === undefined) return after !== undefined;
                if (after === undefined) return true;
                if (name === 'queryResults') return before.join(', ') !== after;
                if (name !== 'fields') return before !== after;
                const fields = before.map((field) => ({ Name: field.name, Value: JSON.parse(field.value) }));
                return JSON.stringify(fields) !== JSON.stringify(typeof after === 'string' ? JSON.parse(after) : after);
            });
            return { differing: differing.map(([, column]) => column), ids: activity.queryResults?.length ?? 0, fields: activity.fields?.length ?? 0 };
        } finally {
            capture[dispose]();
        }
    }

    function answer({ settings, events, selected }) {
        if (!filter) start();
        const settingsErrors = open(settings);
        if (settingsErrors.length) return { settingsErrors };
        const bytes = events.map((event) => encoder.encode(event));
        const judged = bytes.map(judge);
        const one = judged[selected];
        if (!one) return { settingsErrors, judged };
        return {
            settingsErrors,
            judged: judged.map((each, at) => (at === selected ? each : { ...each, records: each.records.length })),
            explanation: JSON.parse(auditor.explain(bytes[selected])),
            joined: one.records.length ? joined(bytes[selected], one.records) : null,
        };
    }

    onmessage = async ({ data }) => {
        try {
            postMessage(data.component ? await load(data.component) : answer(data));
        } catch (error) {
            // An instance that failed once is not used again.
            filter = null;
            postMessage({ failure: String(error?.message ?? error) });
        }
    };
}

/** A filter in a worker. `ask` gives a promise; of requests that wait, the newest alone is asked, and the others give null. */
function startFilter(component, onLoaded) {
    // An answer that takes longer never comes: the filter's time is bounded by the size of what it gets.
    const PATIENCE = 10_000;
    const source = `'use strict';\n${[instantiate, coreModules, loadFilter, fromBase64].join('\n')}\n(${filterWorker})();`;
    const address = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    let worker = null;
    let busy = null;
    let waiting = null;

    function begin(done) {
        worker = new Worker(address);
        worker.onmessage = ({ data }) => settle(data);
        worker.onerror = (event) => settle({ failure: event.message || 'the worker failed' });
        send({ component }, done);
    }

    function send(request, done) {
        const timer = setTimeout(() => {
            worker.terminate();
            busy = null;
            // What it choked on is not asked again by itself.
            if (!request.component) begin(() => {});
            done({ failure: `no answer within ${PATIENCE / 1000} seconds` });
        }, PATIENCE);
        busy = { done, timer };
        worker.postMessage(request);
    }

    function settle(answer) {
        if (!busy) return;
        const { done, timer } = busy;
        clearTimeout(timer);
        busy = null;
        done(answer);
        if (waiting && !busy) {
            const next = waiting;
            waiting = null;
            send(next.request, next.done);
        }
    }

    begin(onLoaded);
    return {
        ask: (request) => new Promise((done) => {
            waiting?.done(null);
            waiting = null;
            if (busy) waiting = { request, done };
            else send(request, done);
        }),
    };
}
