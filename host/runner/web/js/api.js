// Talks to the server.

const KEY = 'actlog-token';
let token = read();
let refused = () => {};

function read() {
    try {
        return sessionStorage.getItem(KEY) ?? '';
    } catch {
        return '';
    }
}

export const hasToken = () => token !== '';

export function setToken(value) {
    token = value;
    try {
        if (value) sessionStorage.setItem(KEY, value);
        else sessionStorage.removeItem(KEY);
    } catch {
        // No storage: the token lasts as long as the page.
    }
}

/** Calls back when the server asks for a token. */
export function onRefused(callback) {
    refused = callback;
}

/** What went wrong, as a sentence for people and a reason for the page. */
export class Failure extends Error {
    constructor(message, status, reason) {
        super(message);
        this.status = status;
        this.reason = reason;
    }
}

export const isAbort = (error) => error?.name === 'AbortError';

async function send(path, { method = 'GET', params, signal, quiet = false } = {}) {
    const query = new URLSearchParams();
    for (const [key, value] of Object.entries(params ?? {})) {
        if (value !== '' && value !== null && value !== undefined) query.set(key, value);
    }
    const text = query.toString();
    let response;
    try {
        response = await fetch(`api/${path}${text ? `?${text}` : ''}`, {
            method,
            signal,
            headers: token ? { Authorization: `Bearer ${token}` } : {},
            cache: 'no-store',
            credentials: 'same-origin',
            redirect: 'error',
        });
    } catch (error) {
        if (isAbort(error)) throw error;
        throw new Failure('The server does not answer.', 0, 'unreachable');
    }
    if (response.ok) return response;
    const body = await response.json().catch(() => null);
    const failure = new Failure(
        typeof body?.Error === 'string' ? body.Error : `The server answered with ${response.status}.`,
        response.status,
        body?.Reason ?? '',
    );
    if (response.status === 401 && !quiet) refused();
    throw failure;
}

async function json(path, options) {
    const response = await send(path, options);
    try {
        return await response.json();
    } catch (error) {
        if (isAbort(error)) throw error;
        throw new Failure('The answer of the server cannot be read.', response.status, 'bad-answer');
    }
}

export const get = (path, params, options) => json(path, { params, ...options });

export const post = (path) => json(path, { method: 'POST' });

/** A file, and the name that the server gave it. */
export async function file(path, params) {
    const response = await send(path, { params });
    const given = /filename="?([^";]+)"?/.exec(response.headers.get('Content-Disposition') ?? '');
    return { blob: await response.blob(), name: given?.[1] };
}
