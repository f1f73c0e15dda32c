'use strict';
// Runs vectors and exchanges in the browser, in a worker that loads the filter as the playground does. A vector is
// `{ settings, events }` or `{ parts }`, an exchange `{ settings, exchange }` with bodies in base64, or `{ csdl }`; what comes is the rest of
// the case file.

function vectorWorker() {
    const encoder = new TextEncoder();
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const dispose = Symbol.dispose ?? Symbol.for('dispose');
    let filter;
    let exchange;

    function joined(records) {
        try {
            return `== joined\n${decoder.decode(filter.join(records))}`;
        } catch (error) {
            if (!error.payload) throw error;
            const { tag, val } = error.payload;
            if (tag === 'missing-parts') return `== join-error\nmissing-parts ${val.correlationId}: ${[...val.missing].join(', ')} of ${val.partCount}\n`;
            return `== join-error\n${tag} line ${val.line}: ${val.explanation}\n`;
        }
    }

    function filtered(settings, events) {
        let auditor;
        try {
            auditor = filter.Auditor.open(settings);
        } catch (error) {
            if (!error.payload) throw error;
            return settingsErrors(error.payload);
        }
        try {
            const outcome = auditor.audit(encoder.encode(events));
            const records = decoder.decode(outcome.records);
            const again = joined(outcome.records);
            return [
                `== outcome\nread ${outcome.read}, recorded ${outcome.recorded}, records ${outcome.parts}\n`,
                ...outcome.excluded.map(({ count, reason, message, entity }) => `excluded ${count} × ${reason}: ${message} of ${entity || 'no entity'}\n`),
                ...outcome.rejected.map(({ index, reason, place, offset }) => `rejected event ${index}: ${reason} at ${place || 'the event'}, byte ${offset}\n`),
                `== records\n${records}`,
                again === `== joined\n${records}` ? '' : again,
            ].join('');
        } finally {
            auditor[dispose]();
        }
    }

    const settingsErrors = (errors) => `== settings-errors\n${errors.map(({ path, explanation }) => `${path}: ${explanation}\n`).join('')}`;

    function names(csdl) {
        try {
            return `== names\n${exchange.metadata(encoder.encode(csdl))}\n`;
        } catch (error) {
            if (!error.payload) throw error;
            return `== metadata-error\nbyte ${error.payload.offset}: ${error.payload.explanation}\n`;
        }
    }

    function translated(settings, given) {
        let translator;
        try {
            translator = exchange.Translator.open(settings);
        } catch (error) {
            if (!error.payload) throw error;
            return settingsErrors(error.payload);
        }
        const body = ({ content, whole }) => ({ content: fromBase64(content), whole });
        try {
            const answer = given.answer && { ...given.answer, body: body(given.answer.body) };
            const told = translator.translate({ ...given, requestBody: body(given.requestBody), answer });
            const events = decoder.decode(told.events);
            if (events.split('\n').length - 1 !== told.count) throw new Error(`${told.count} events are told, and others given`);
            const findings = told.unknown.map(({ part, kind, place, explanation, eventMissing }) =>
                `${part} ${kind} at ${place || 'all'}: ${explanation}${eventMissing ? ' (an event may be missing)' : ''}\n`);
            return `== events\n${events}== unknown\n${findings.join('')}`;
        } finally {
            translator[dispose]();
        }
    }

    /** Best of `rounds`, in batches of 64 lines, in one auditor with default settings. */
    function timed(lines, rounds) {
        const batches = [];
        for (let at = 0; at < lines.length; at += 64) batches.push(encoder.encode(`${lines.slice(at, at + 64).join('\n')}\n`));
        const auditor = filter.Auditor.open('');
        let best = Infinity;
        let records = 0;
        let read = 0;
        for (let round = 0; round < rounds; round += 1) {
            records = 0;
            read = 0;
            const begin = performance.now();
            for (const batch of batches) {
                const outcome = auditor.audit(batch);
                records += outcome.parts;
                read += outcome.read;
            }
            best = Math.min(best, performance.now() - begin);
        }
        auditor[dispose]();
        return { events: read, records, seconds: best / 1000 };
    }

    onmessage = ({ data: { component, vectors, exchanges, lines, rounds } }) => {
        try {
            const bytes = fromBase64(component);
            ({ filter, exchange } = loadFilter(bytes));
            if (lines) return postMessage(timed(lines, rounds));
            if (exchanges) return postMessage(exchanges.map(({ settings, csdl, given }) => (csdl === undefined ? translated(settings, given) : names(csdl))));
            return postMessage(vectors.map(({ settings, events, parts }) => (parts === undefined ? filtered(settings, events) : joined(encoder.encode(parts)))));
        } catch (error) {
            return postMessage({ failure: String(error?.stack ?? error) });
        }
    };
}

/** Asks such a worker. */
function inWorker(request) {
    const source = [instantiate, coreModules, loadFilter, fromBase64, `(${vectorWorker})();`].join('\n');
    const worker = new Worker(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));
    return new Promise((done, failed) => {
        worker.onerror = (event) => failed(new Error(event.message));
        worker.onmessage = ({ data }) => (data.failure ? failed(new Error(data.failure)) : done(data));
        worker.postMessage({ component: COMPONENT, ...request });
    });
}
