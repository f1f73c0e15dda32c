// Who is looking, as the server says.

/** Role, Anonymous, EventsUrl, Version. */
export const session = { Role: '', Anonymous: true, EventsUrl: '', Version: '' };
