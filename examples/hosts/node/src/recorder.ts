// Between those who cause events and the sink: a bounded queue, batches, and counts that add up.
import { setTimeout as wait } from 'node:timers/promises';
import { BusyError, ClosedError } from './errors.js';
import { line, ndjson, type Event } from './event.js';
import type { Filter } from './filter.js';
import type { ExclusionReason, Outcome } from './outcome.js';

/** What goes to the sink at once. */
export interface RecordBatch {
  /** Audit records as NDJSON. */
  records: Uint8Array;
  /** How many records. */
  parts: number;
  /** What became of the events behind them, with what was excluded. */
  outcome: Outcome;
}

/** An event that gave no record because it is unusable, or because the filter failed on it. */
export interface KeptEvent {
  /** The event as it came, without a line feed. */
  event: Uint8Array;
  /** Whose fault it is: the sender's or the filter's. */
  outcome: 'rejected' | 'faulted';
  /** What kind of fault; for `faulted` it is `fault`. */
  reason: string;
  /** Where in the event; empty for the event itself. */
  place: string;
  /** Byte in the event at which it was noticed. */
  offset: number;
  /** One sentence for people. */
  explanation: string;
}

/** How a recorder works. */
export interface RecorderOptions {
  /** Decides. It stays open when the recorder closes. */
  filter: Filter;
  /**
   * Takes records. When it returns, or its promise resolves, they are delivered. When it throws, the same batch comes again: records
   * may come twice, and then have the same ids.
   */
  sink: (batch: RecordBatch) => void | Promise<void>;
  /** Takes events that gave no record, in the same way. */
  rejects: (events: KeptEvent[]) => void | Promise<void>;
  /** Most events in a batch. 64 if not given. */
  batch?: number;
  /** How long an event waits for others to fill its batch, in milliseconds. 200 if not given. */
  delay?: number;
  /** Most events between those who cause them and the sink. 8,192 if not given. */
  capacity?: number;
  /** Most bytes of these events. No place is given beyond it, but places that were given may be filled. 64 MiB if not given. */
  capacityBytes?: number;
  /** How long someone waits for a place, in milliseconds. 5,000 if not given. */
  patience?: number;
  /** How long after a failure the sink is tried again, in milliseconds: doubled each time. 100 to 30,000 if not given. */
  retry?: { first?: number; most?: number };
}

/** Counts since the recorder was made. `added` = `queued` + `read`; `read` = `recorded` + `excluded` + `rejected` + `faulted`. */
export interface RecorderStats {
  /** Events that were added. */
  added: number;
  /** Of these, those that the filter has not seen yet. */
  queued: number;
  /** Of these, those that the filter has seen. */
  read: number;
  recorded: number;
  excluded: number;
  /** What was excluded, by reason. */
  excludedBy: Partial<Record<ExclusionReason, number>>;
  rejected: number;
  faulted: number;
  /** Records of all events that were recorded. */
  parts: number;
  /** Records that the sink has taken. */
  delivered: number;
  /** Events that `rejects` has taken. */
  kept: number;
  /** Places that are taken but not filled yet. */
  reserved: number;
  /** Those who wait for a place. */
  waiting: number;
  /** How often nobody got a place in time. What comes of it is the caller's choice. */
  refused: number;
  /** How often the sink or `rejects` threw. */
  failures: number;
  /** The last of these failures, until a delivery succeeds. */
  failure?: string;
}

/** Room for one event. It must be filled or released. */
export interface Place {
  /** Puts the event there. Never waits. */
  fill(event: Event): void;
  /** There is no event. */
  release(): void;
}

/** The recorder was closed before everything was delivered. Here is the rest, so that it can be kept. */
export class UndeliveredError extends Error {
  override readonly name = 'UndeliveredError';
  /** Records that the sink did not take, as NDJSON. */
  readonly records: Uint8Array;
  /** Events without records that `rejects` did not take. */
  readonly kept: readonly KeptEvent[];
  /** Events that the filter has not seen, as NDJSON. */
  readonly events: Uint8Array;

  constructor(records: Uint8Array, kept: readonly KeptEvent[], events: Uint8Array, cause: unknown) {
    super('the recorder was closed before everything was delivered', { cause });
    this.records = records;
    this.kept = kept;
    this.events = events;
  }
}

interface Waiter {
  admit(): void;
  refuse(error: Error): void;
}

/** What a batch came to, and what of it is still to be delivered. */
interface Pending {
  events: number;
  bytes: number;
  records: RecordBatch | undefined;
  kept: KeptEvent[];
}

/**
 * Takes events, filters them in batches, and delivers what comes of them.
 *
 * Whoever adds an event waits for a place when the sink is slow, so that memory stays bounded. Events are in memory until they
 * are delivered: what a process holds when it is killed is gone.
 */
export class Recorder {
  readonly #options: Required<Omit<RecorderOptions, 'retry'>>;
  readonly #retry: { first: number; most: number };
  readonly #queue: Uint8Array[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #stats = { added: 0, read: 0, recorded: 0, excluded: 0, rejected: 0, faulted: 0, parts: 0, delivered: 0, kept: 0, refused: 0, failures: 0 };
  readonly #excludedBy: Partial<Record<ExclusionReason, number>> = {};
  readonly #stop = new AbortController();
  #failure: unknown;
  #reserved = 0;
  #pending: Pending | undefined;
  #bytes = 0;
  /** Events of which everything is delivered. */
  #done = 0;
  #closing: Promise<void> | undefined;
  #working = false;
  /** Those who flush. */
  #hurry = 0;
  #wake: (() => void) | undefined;
  #watchers: (() => void)[] = [];

  constructor(options: RecorderOptions) {
    const { retry = {}, ...rest } = options;
    this.#options = { batch: 64, delay: 200, capacity: 8_192, capacityBytes: 64 << 20, patience: 5_000, ...rest };
    this.#retry = { first: 100, most: 30_000, ...retry };
    const limits = { ...this.#retry, batch: this.#options.batch, capacity: this.#options.capacity, capacityBytes: this.#options.capacityBytes };
    for (const [name, value] of Object.entries(limits)) {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} is a whole number from 1`);
    }
    for (const name of ['delay', 'patience'] as const) {
      if (!(this.#options[name] >= 0 && this.#options[name] < 2 ** 31)) throw new RangeError(`${name} is a number of milliseconds`);
    }
    for (const name of ['sink', 'rejects'] as const) {
      if (typeof this.#options[name] !== 'function') throw new TypeError(`${name} is a function`);
    }
  }

  /**
   * Takes room for one event, and waits for it when there is none.
   *
   * @throws {BusyError} When there is none in time.
   * @throws {ClosedError} When the recorder is closed.
   */
  async reserve(): Promise<Place> {
    this.#mustBeOpen();
    if (this.#full() || this.#waiters.size > 0) await this.#turn();
    else this.#reserved += 1;
    return this.#place();
  }

  /** Adds one event; waits as `reserve` does. */
  async add(event: Event): Promise<void> {
    const text = line(event);
    (await this.reserve()).fill(text);
  }

  /**
   * Delivers what was added so far, without waiting for batches to fill.
   *
   * @throws {ClosedError} When the recorder was closed before that could be done.
   */
  async flush(): Promise<void> {
    const until = this.#stats.added;
    this.#hurry += 1;
    this.#wake?.();
    try {
      while (this.#done < until) {
        if (this.#stop.signal.aborted) throw new ClosedError('the recorder was closed before everything was delivered');
        await this.#change();
      }
    } finally {
      this.#hurry -= 1;
    }
  }

  /**
   * Takes nothing more, and delivers what there is. A second call waits for the first.
   *
   * @param within How long at most, in milliseconds. 10,000 if not given.
   * @throws {UndeliveredError} When time is over; it has everything that was not delivered.
   */
  close(within = 10_000): Promise<void> {
    return (this.#closing ??= this.#close(within));
  }

  /** Counts. */
  stats(): RecorderStats {
    return {
      ...this.#stats,
      queued: this.#queue.length,
      excludedBy: { ...this.#excludedBy },
      reserved: this.#reserved,
      waiting: this.#waiters.size,
      ...(this.#failure === undefined ? {} : { failure: explained(this.#failure) }),
    };
  }

  async #close(within: number): Promise<void> {
    const closed = new ClosedError('the recorder is closed');
    for (const waiter of [...this.#waiters]) waiter.refuse(closed);
    this.#wake?.();
    const timer = setTimeout(() => {
      this.#stop.abort();
      this.#changed();
    }, within);
    // Reserved places may still be filled: what they are for is under way.
    while (!this.#stop.signal.aborted && (this.#reserved > 0 || this.#working)) await this.#change();
    clearTimeout(timer);
    while (this.#working) await this.#change();
    const { records, kept = [] } = this.#pending ?? {};
    this.#stop.abort();
    if (this.#pending === undefined && this.#queue.length === 0) return;
    throw new UndeliveredError(records?.records ?? new Uint8Array(), kept, ndjson(this.#queue), this.#failure);
  }

  /** Resolves when something changes: a place, a batch, or that time is over. */
  #change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  #changed(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }

  #mustBeOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError('the recorder is closed');
  }

  #held(): number {
    return this.#reserved + this.#queue.length + (this.#pending?.events ?? 0);
  }

  #full(): boolean {
    return this.#held() >= this.#options.capacity || this.#bytes >= this.#options.capacityBytes;
  }

  /** Waits for a place behind those who wait already. */
  #turn(): Promise<void> {
    const { patience, capacity } = this.#options;
    if (this.#waiters.size >= capacity) {
      this.#stats.refused += 1;
      throw new BusyError('the audit sink is too slow, and too many wait for it');
    }
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
      };
      const waiter: Waiter = {
        admit: () => {
          done();
          this.#reserved += 1;
          resolve();
        },
        refuse: (error) => {
          done();
          this.#stats.refused += 1;
          reject(error);
        },
      };
      const timer = setTimeout(() => waiter.refuse(new BusyError(`the audit sink is too slow: no place within ${patience} ms`)), patience);
      this.#waiters.add(waiter);
    });
  }

  #admit(): void {
    for (const waiter of this.#waiters) {
      if (this.#full()) break;
      waiter.admit();
    }
  }

  #place(): Place {
    let used = false;
    const use = () => {
      if (used) throw new Error('this place was filled or released before');
      used = true;
      this.#reserved -= 1;
    };
    return {
      fill: (event) => {
        const text = line(event);
        use();
        if (this.#stop.signal.aborted) throw new ClosedError('the recorder was closed before this event was added');
        this.#queue.push(text);
        this.#bytes += text.length;
        this.#stats.added += 1;
        this.#work();
        this.#changed();
      },
      release: () => {
        use();
        this.#admit();
        this.#changed();
      },
    };
  }

  /** Sees to it that somebody works as long as there is work. */
  #work(): void {
    if (this.#queue.length >= this.#options.batch) this.#wake?.();
    if (!this.#working) void this.#deliverAll();
  }

  /** Never throws: every call of the user's functions and of the filter is in `#try`. */
  async #deliverAll(): Promise<void> {
    this.#working = true;
    while (this.#queue.length > 0 && !this.#stop.signal.aborted) {
      await this.#fillBatch();
      const filtered = await this.#try(() => this.#filter());
      if (filtered === undefined) break;
      const pending = filtered.value;
      const { records, kept } = pending;
      if (records !== undefined) {
        if (!(await this.#try(() => this.#options.sink(records)))) break;
        this.#stats.delivered += records.parts;
        pending.records = undefined;
      }
      if (kept.length > 0) {
        if (!(await this.#try(() => this.#options.rejects(kept)))) break;
        this.#stats.kept += kept.length;
      }
      this.#pending = undefined;
      this.#bytes -= pending.bytes;
      this.#done += pending.events;
      this.#admit();
      this.#changed();
    }
    this.#working = false;
    this.#changed();
  }

  /** Waits until a batch is full, its time is over, or somebody cannot wait. */
  async #fillBatch(): Promise<void> {
    if (this.#queue.length >= this.#options.batch || this.#hurry > 0 || this.#closing !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#options.delay);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }

  /** Moves events from the queue to `#pending`, all at once or, when the filter throws, not at all. */
  #filter(): Pending {
    const lines = this.#queue.slice(0, this.#options.batch);
    const outcome = this.#options.filter.audit(lines);
    this.#queue.splice(0, lines.length);
    const kept: KeptEvent[] = [
      ...outcome.rejected.map(({ index, ...why }) => ({ event: lines[index]!, outcome: 'rejected' as const, ...why })),
      ...outcome.faulted.map(({ index, explanation }) => ({
        event: lines[index]!, outcome: 'faulted' as const, reason: 'fault', place: '', offset: 0, explanation,
      })),
    ];
    const stats = this.#stats;
    stats.read += outcome.read;
    stats.recorded += outcome.recorded;
    stats.parts += outcome.parts;
    stats.rejected += outcome.rejected.length;
    stats.faulted += outcome.faulted.length;
    for (const { reason, count } of outcome.excluded) {
      stats.excluded += count;
      this.#excludedBy[reason] = (this.#excludedBy[reason] ?? 0) + count;
    }
    const records = outcome.parts > 0 || outcome.excluded.length > 0 ? { records: outcome.records, parts: outcome.parts, outcome } : undefined;
    return (this.#pending = { events: lines.length, bytes: lines.reduce((sum, line) => sum + line.length, 0), records, kept });
  }

  /** Tries until it succeeds, and gives what came. Undefined when closing took too long. */
  async #try<T>(attempt: () => T | Promise<T>): Promise<{ value: T } | undefined> {
    const { signal } = this.#stop;
    for (let pause = this.#retry.first; ; pause = Math.min(pause * 2, this.#retry.most)) {
      if (signal.aborted) return undefined;
      try {
        const value = await this.#unlessStopped(attempt());
        this.#failure = undefined;
        return { value };
      } catch (error) {
        if (signal.aborted) return undefined;
        this.#stats.failures += 1;
        this.#failure = error;
        await wait(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** A sink that never answers must not keep a closing recorder. */
  #unlessStopped<T>(answer: T | Promise<T>): Promise<T> {
    const { signal } = this.#stop;
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      Promise.resolve(answer)
        .finally(() => signal.removeEventListener('abort', stop))
        .then(resolve, reject);
    });
  }
}

function explained(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
