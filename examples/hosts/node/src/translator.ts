// From HTTP exchanges to SDK events, by the component: for programs that see traffic instead of events.
import { ExchangeInstance, translatorMetadata } from './component.js';
import { ClosedError, SettingsError } from './errors.js';
import type { TranslatorSettings } from './translator-settings.js';

/** Bytes of bodies after which an instance is thrown away: one giant exchange must not hold its memory for ever. */
const KEPT = 32 << 20;

/**
 * Header fields in order: pairs of name and value (a list, a `Headers`, a `Map`), or `rawHeaders` of a Node message, in which each
 * character stands for a byte; those that are not UTF-8 become U+FFFD.
 */
export type HeaderFields = readonly string[] | Iterable<readonly [name: string, value: string]>;

/**
 * A body, transfer and content codings undone. Bytes or text are a whole body. Absent: nobody knows what it was, or `whole` is false
 * and `content` the head of one.
 */
export type HttpBody = Uint8Array | string | { content: Uint8Array | string; whole: boolean };

/** The upstream's answer. An answer that a proxy made itself, such as 502 or 504, is none. */
export interface HttpAnswer {
  status: number;
  headers: HeaderFields;
  body?: HttpBody | undefined;
}

/** One request, and its answer if one came. */
export interface HttpExchange {
  /**
   * The program's own id of the exchange, at most 200 bytes without control characters (any other is hashed): the same each time this
   * exchange is told, and different for every other. EventId is this id, a slash, and the place of the event.
   */
  id: string;
  /** The method, as it came. */
  method: string;
  /** Path and query, exactly as they came: `request.url` of a Node message. */
  target: string;
  /** When the request began; text is ISO 8601. */
  began?: Date | string | undefined;
  /** The address of the client as the program saw it: of the connection, not of a header. */
  clientAddress?: string | undefined;
  requestHeaders: HeaderFields;
  requestBody?: HttpBody | undefined;
  /** Absent: nobody knows whether the upstream did what was asked, and the events say `InDoubt`. */
  answer?: HttpAnswer | undefined;
}

/** What kind of thing an exchange does not say. `wit/exchange.wit` explains each. */
export type UnknownKind =
  | 'not-the-api'
  | 'no-message'
  | 'ambiguous-path'
  | 'ambiguous-method'
  | 'unsupported'
  | 'bad-batch'
  | 'too-many-events'
  | 'events-cut'
  | 'unknown-message'
  | 'unknown-set'
  | 'unknown-navigation'
  | 'unknown-id'
  | 'unknown-reference'
  | 'nested-write'
  | 'body-cut'
  | 'body-unreadable'
  | 'value-not-read'
  | 'bad-query'
  | 'conflict'
  | 'no-identity'
  | 'unreadable-token'
  | 'directory-identity'
  | 'bad-address'
  | 'bad-time'
  | 'no-exchange-id'
  | 'no-answer'
  | 'unexpected-status'
  | 'limit';

/** One thing that an exchange does not say. */
export interface Finding {
  /** What kind of thing. */
  kind: UnknownKind;
  /** Which request of the exchange, from 1 in a batch; 0 is the exchange itself. */
  part: number;
  /** Where, such as `path`, `query.$filter` or `response.body`; empty for all of it. */
  place: string;
  /**
   * Whether an event is, or may be, missing for it. A program that must let nothing pass unseen refuses a request for which
   * `translate`, called before it is sent on, gives such a finding.
   */
  eventMissing: boolean;
  /** One sentence for people, without secrets. Not to be parsed. */
  explanation: string;
}

/** What an exchange says. */
export interface Translation {
  /** SDK events as NDJSON, in the order of the requests: what `Filter.audit` takes. The filter rejects none of them. */
  events: Uint8Array;
  /** How many they are. */
  count: number;
  /** What could not be told, in the order in which it was met. */
  unknown: Finding[];
}

/**
 * Makes SDK events out of HTTP exchanges with the Web API or the SOAP endpoint. It remembers none of them: the same exchange always
 * gives the same bytes. Nothing is guessed; what an exchange does not say is left out, and a finding says what and why.
 */
export class Translator implements Disposable {
  readonly #settings: string;
  #instance: ExchangeInstance | undefined;
  #closed = false;

  private constructor(settings: string) {
    this.#settings = settings;
    this.#instance = new ExchangeInstance(settings);
  }

  /**
   * Makes a translator.
   *
   * @param settings The settings document, as an object or as its JSON. It names at least the organization.
   * @throws {SettingsError} When the settings are not valid.
   */
  static open(settings: TranslatorSettings | string): Translator {
    if (typeof settings === 'string') return new Translator(settings);
    if (typeof settings === 'object' && settings !== null) return new Translator(JSON.stringify(settings));
    throw new TypeError(`settings are an object or text, not ${settings === null ? 'null' : typeof settings}`);
  }

  /**
   * Tells an exchange in SDK events.
   *
   * Told once without its answer and once with it, an exchange gives events of the same EventId at the same places: the second take the
   * place of the first, and records of both must not be kept.
   *
   * @throws {FilterFault} When the translator fails on the exchange. The next call has another instance.
   */
  translate(exchange: HttpExchange): Translation {
    if (this.#closed) throw new ClosedError('the translator is closed');
    const given = asGiven(exchange);
    const instance = (this.#instance ??= new ExchangeInstance(this.#settings));
    // Unless it comes back, it is not used again.
    this.#instance = undefined;
    const told = instance.translate(given);
    if (given.requestBody.content.length + (given.answer?.body.content.length ?? 0) <= KEPT) this.#instance = instance;
    return told;
  }

  /** Gives the memory back. Nothing can be asked afterwards. A second call does nothing. */
  close(): void {
    this.#closed = true;
    this.#instance = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Makes the section `names` of a translator's settings out of the organization's `$metadata` (CSDL as XML, at most 128 MiB).
 *
 * @throws {MetadataError} When the document is none.
 */
export function namesOf(csdl: Uint8Array | string): NonNullable<TranslatorSettings['names']> {
  return JSON.parse(translatorMetadata(content(csdl, 'a $metadata document')));
}

/** An exchange as the component takes it. What it must not be given is refused here: it would take text for zeros. */
function asGiven(exchange: HttpExchange) {
  const { id, method, target, began, clientAddress, requestHeaders, requestBody, answer } = exchange;
  return {
    id: text(id, 'id'),
    method: text(method, 'method'),
    target: text(target, 'target'),
    ...(began !== undefined && { began: began instanceof Date ? began.toISOString() : text(began, 'began') }),
    ...(clientAddress !== undefined && { clientAddress: text(clientAddress, 'clientAddress') }),
    requestHeaders: fields(requestHeaders, 'requestHeaders'),
    requestBody: body(requestBody, 'requestBody'),
    ...(answer !== undefined && {
      answer: { status: status(answer.status), headers: fields(answer.headers, 'answer.headers'), body: body(answer.body, 'answer.body') },
    }),
  };
}

function text(given: unknown, what: string): string {
  if (typeof given !== 'string') throw new TypeError(`${what} is text, not ${given === null ? 'null' : typeof given}`);
  return given;
}

function status(given: unknown): number {
  if (Number.isInteger(given) && (given as number) >= 0 && (given as number) <= 0xffff) return given as number;
  throw new TypeError(`answer.status is a whole number up to 65535, not ${String(given)}`);
}

function fields(given: HeaderFields, what: string): { name: string; value: string }[] {
  const all: unknown[] = typeof given === 'object' && given !== null && Symbol.iterator in given ? [...given] : [undefined];
  if (all.length > 0 && all.length % 2 === 0 && all.every((each) => typeof each === 'string')) {
    const texts = (all as string[]).map(decoded);
    return Array.from({ length: texts.length / 2 }, (_, at) => ({ name: texts[2 * at] ?? '', value: texts[2 * at + 1] ?? '' }));
  }
  return all.map((pair) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new TypeError(`${what} are pairs of name and value, or rawHeaders`);
    return { name: text(pair[0], `a name in ${what}`), value: text(pair[1], `a value in ${what}`) };
  });
}

/** The text of a raw header. What has characters that are no bytes was decoded before. */
function decoded(raw: string): string {
  return /^[\x00-\xff]*$/.test(raw) ? Buffer.from(raw, 'latin1').toString('utf8') : raw;
}

function body(given: HttpBody | undefined, what: string): { content: Uint8Array; whole: boolean } {
  if (given === undefined) return { content: new Uint8Array(), whole: false };
  if (typeof given === 'string' || given instanceof Uint8Array) return { content: content(given, what), whole: true };
  if (typeof given !== 'object' || given === null || typeof given.whole !== 'boolean') {
    throw new TypeError(`${what} is bytes, text, or content and whether it is whole`);
  }
  return { content: content(given.content, what), whole: given.whole };
}

function content(given: unknown, what: string): Uint8Array {
  if (typeof given === 'string') return Buffer.from(given);
  if (given instanceof Uint8Array) return given;
  throw new TypeError(`${what} is bytes or text, not ${given === null ? 'null' : typeof given}`);
}
