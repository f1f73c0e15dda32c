// The filter: settings and events in, records out.
import { Instance } from './component.js';
import { ClosedError, FilterFault, JoinError } from './errors.js';
import { line, ndjson, type Event } from './event.js';
import { Total, type Outcome } from './outcome.js';
import type { AuditRecord } from './record.js';
import type { Settings } from './settings.js';

const LINE_FEED = 10;

/** The most bytes that go to an instance at once, unless one event is larger. It bounds the memory of the instance. */
const PIECE = 1 << 20;

/** Limits of a filter. */
export interface FilterOptions {
  /** Events over this size are rejected as `too-large`. 16 MiB if not given. */
  maxEventBytes?: number;
}

/** What the filter decides about one event, and why. The document may grow new keys. */
export interface Explanation {
  outcome: 'recorded' | 'excluded' | 'rejected';
  /** Reason of an exclusion or rejection. */
  reason?: string;
  /** Stage by stage, in order. */
  stages: { stage: string; decision?: string; [key: string]: unknown }[];
  records: AuditRecord[];
  [key: string]: unknown;
}

/**
 * A filter with its settings. It has no memory of events: each batch stands for itself.
 *
 * Calls are synchronous, some 10 µs for an event. For more than one core, open a filter in each worker thread.
 */
export class Filter implements Disposable {
  readonly #settings: string;
  readonly #maxEventBytes: number;
  #instance: Instance | undefined;
  #closed = false;

  private constructor(settings: string, maxEventBytes: number) {
    this.#settings = settings;
    this.#maxEventBytes = maxEventBytes;
    this.#instance = new Instance(settings);
  }

  /**
   * Makes a filter.
   *
   * @param settings The settings document, as an object or as its JSON. Absent or empty: the defaults, which audit everything.
   * @throws {SettingsError} When the settings are not valid.
   */
  static open(settings?: Settings | string, options: FilterOptions = {}): Filter {
    const { maxEventBytes = 16 << 20 } = options;
    if (!Number.isSafeInteger(maxEventBytes) || maxEventBytes < 1) throw new RangeError('maxEventBytes is a whole number from 1');
    let text = '';
    if (typeof settings === 'string') text = settings;
    else if (typeof settings === 'object' && settings !== null) text = JSON.stringify(settings);
    else if (settings !== undefined) throw new TypeError(`settings are an object or text, not ${settings === null ? 'null' : typeof settings}`);
    return new Filter(text, maxEventBytes);
  }

  /**
   * Filters a batch of events.
   *
   * @param events NDJSON as UTF-8 (fastest) or text, or a list of events. Of a list, indexes in the outcome are those of the list.
   * A bad event is no error, see `Outcome.rejected`. One on which the filter fails harms no other, see `Outcome.faulted`.
   * Batches of 16 to 64 events are enough for full speed.
   */
  audit(events: Uint8Array | string | readonly Event[]): Outcome {
    if (this.#closed) throw new ClosedError('the filter is closed');
    if (Array.isArray(events)) return this.#auditList(events.map(line));
    return this.#auditLines(bytes(events as Uint8Array | string, 'events'));
  }

  /** Tells what the filter decides about one event and why, stage by stage. */
  explain(event: Event): Explanation {
    return JSON.parse(this.#ask((instance) => instance.explain(line(event)))) as Explanation;
  }

  /**
   * Puts split records back together.
   *
   * @param records NDJSON of audit records in any order, or a list of them.
   * @returns NDJSON: each source record once, at the place of its first part. What was never split comes out unchanged.
   * @throws {JoinError} When parts are missing, contradict one another or are no records.
   */
  join(records: Uint8Array | string | readonly (AuditRecord | string | Uint8Array)[]): Uint8Array {
    const lines = Array.isArray(records) ? ndjson(records.map((record) => line(record))) : bytes(records as Uint8Array | string, 'records');
    return this.#ask((instance) => instance.join(lines));
  }

  /** Gives the memory back. Nothing can be asked afterwards. A second call does nothing. */
  close(): void {
    this.#closed = true;
    this.#instance = undefined;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Asks something that is no batch. What failed is thrown, and the next call has another instance. */
  #ask<T>(question: (instance: Instance) => T): T {
    if (this.#closed) throw new ClosedError('the filter is closed');
    try {
      return question((this.#instance ??= new Instance(this.#settings)));
    } catch (error) {
      if (!(error instanceof JoinError)) this.#instance = undefined;
      throw error;
    }
  }

  /** Each line is an event, also one that is blank. */
  #auditList(lines: Uint8Array[]): Outcome {
    const outcome = this.#auditLines(ndjson(lines));
    if (outcome.read === lines.length) return outcome;
    // A blank one does not count as an event in NDJSON. In a list it is one that is no JSON.
    const total = new Total();
    for (const line of lines) {
      const single = this.#auditLines(line);
      if (single.read === 0) total.reject('not-json', 0, 'the event is empty');
      else total.add(single);
    }
    return total.outcome();
  }

  #auditLines(events: Uint8Array): Outcome {
    const total = new Total();
    let from = 0;
    while (from < events.length) {
      const end = pieceEnd(events, from);
      const piece = events.subarray(from, end);
      const length = piece[piece.length - 1] === LINE_FEED ? piece.length - 1 : piece.length;
      if (piece.length > this.#maxEventBytes) this.#auditLarge(piece, length, total);
      else this.#auditPiece(piece, total);
      from = end;
    }
    return total.outcome();
  }

  /** A piece that may have lines over the limit: what stands between them is filtered together. */
  #auditLarge(piece: Uint8Array, length: number, total: Total): void {
    const limit = this.#maxEventBytes;
    let good = 0;
    for (let from = 0; from < length; ) {
      const at = piece.indexOf(LINE_FEED, from);
      const end = at < 0 ? length : at;
      if (end - from > limit) {
        if (from > good) this.#auditPiece(piece.subarray(good, from), total);
        total.reject('too-large', limit, `the event is over ${limit} bytes`);
        good = end + 1;
      }
      from = end + 1;
    }
    if (length > good) this.#auditPiece(piece.subarray(good, length), total);
  }

  #auditPiece(piece: Uint8Array, total: Total): void {
    const answer = this.#try(piece);
    if (!(answer instanceof FilterFault)) {
      total.add(answer);
      return;
    }
    // The failed call gave nothing, and the same bytes give the same records: nothing comes twice.
    for (let from = 0; from < piece.length; ) {
      const at = piece.indexOf(LINE_FEED, from);
      const end = at < 0 ? piece.length : at;
      if (end > from) {
        const single = this.#try(piece.subarray(from, end));
        if (single instanceof FilterFault) total.fault(single.message);
        else total.add(single);
      }
      from = end + 1;
    }
  }

  /** An instance that failed is never used again. */
  #try(events: Uint8Array) {
    const instance = (this.#instance ??= new Instance(this.#settings));
    try {
      return instance.audit(events);
    } catch (error) {
      this.#instance = undefined;
      if (error instanceof FilterFault) return error;
      throw error;
    }
  }
}

/** Where a piece of whole lines ends that begins at `from`. */
function pieceEnd(events: Uint8Array, from: number): number {
  if (events.length - from <= PIECE) return events.length;
  const last = events.lastIndexOf(LINE_FEED, from + PIECE - 1);
  if (last >= from) return last + 1;
  const next = events.indexOf(LINE_FEED, from + PIECE);
  return next < 0 ? events.length : next + 1;
}

/** Text as UTF-8. The component must not be given text for bytes: it would take it for zeros. */
function bytes(given: Uint8Array | string, what: string): Uint8Array {
  if (typeof given === 'string') return Buffer.from(given);
  if (given instanceof Uint8Array) return given;
  throw new TypeError(`${what} are bytes, text or a list, not ${given === null ? 'null' : typeof given}`);
}
