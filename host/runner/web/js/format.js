// How values are shown.

const NUMBERS = new Intl.NumberFormat('en');

export const number = (value) => NUMBERS.format(value);

export const count = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

/** `2018-03-02 23:25:56` from what a record has; anything else as it is. */
export function time(text) {
    const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(text ?? '');
    return match ? `${match[1]} ${match[2]}` : shown(text ?? '');
}

/** Milliseconds, three digits of them at least: `0.42 ms`, `12.5 ms`, `1.20 s`. */
export function milliseconds(value) {
    if (value >= 1000) return `${(value / 1000).toFixed(value < 10000 ? 2 : 1)} s`;
    return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ms`;
}

/** An age in its two largest units: `4 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function age(seconds) {
    const whole = Math.floor(seconds);
    const units = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
    const first = units.findIndex(([, length]) => whole >= length);
    if (first < 0) return '0 s';
    const [[name, length], next] = [units[first], units[first + 1]];
    const rest = next ? Math.floor((whole % length) / next[1]) : 0;
    return `${Math.floor(whole / length)} ${name}${rest ? ` ${rest} ${next[0]}` : ''}`;
}

// Characters that cannot be seen, or that turn the text around them.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** A text in which nothing is hidden: what cannot be seen stands as an escape. */
export const shown = (text) =>
    String(text).replace(UNSEEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);

const ENCODER = new TextEncoder();

/** The size that a stored record has. */
export const size = (record) => ENCODER.encode(JSON.stringify(record)).length;

export const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export const shortId = (id) => (ID.test(id) ? `${id.slice(0, 8)}…` : shown(id));

/** A number whose digits would change if it were read as a number. */
export class Digits {
    constructor(text) {
        this.text = text;
    }
}

/** Reads JSON and keeps every digit, where the browser can. */
export const parseExactly = (text) =>
    JSON.parse(text, (key, value, context) =>
        typeof value === 'number' && context?.source !== undefined && context.source !== String(value)
            ? new Digits(context.source)
            : value);
