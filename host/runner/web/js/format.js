// How values are shown.

const NUMBERS = new Intl.NumberFormat('en');

export const number = (value) => NUMBERS.format(value);

export const count = (value, one, many = `${one}s`) => `${number(value)} ${value === 1 ? one : many}`;

/** `2018-03-02 23:25:56` from what a record has; anything else as it is. */
export function time(text) {
    const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(text ?? '');
    return match ? `${match[1]} ${match[2]}` : shown(text ?? '');
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
