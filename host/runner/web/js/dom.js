// Builds elements. Data goes in as text only, so that nothing in a record can become markup.

export const byId = (id) => document.getElementById(id);

/** An element with attributes (`onclick` and the like are listeners) and children (elements, texts; null is passed over). */
export function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (value === null || value === undefined || value === false) continue;
        if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
        else element.setAttribute(name, value === true ? '' : value);
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return element;
}

export function fill(element, ...children) {
    element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
}

/** Says something to screen readers, and to nobody else. */
export function announce(text) {
    byId('announce').textContent = text;
}
