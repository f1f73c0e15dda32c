// A Fastify plugin that audits what passes.
import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { BusyError, ClosedError } from './errors.js';
import type { SdkEvent } from './event.js';
import { exchangeEvent, type Exchange, type ExchangeOptions } from './exchange.js';
import { Filter } from './filter.js';
import { Recorder, type Place, type RecorderOptions, type RecorderStats } from './recorder.js';
import type { Settings } from './settings.js';

/** What only the application can know of an exchange. */
export interface FastifyExchange extends Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Options of the plugin. */
export type ActlogOptions = Omit<RecorderOptions, 'filter'> & {
  /** Settings of the filter. */
  settings?: Settings | string;
  /** Which requests are audited. Those whose path begins with `prefix` if not given. */
  covers?: (request: FastifyRequest) => boolean;
  /** What becomes of a covered request when there is no place for its event in time: it is refused with 503 if not given. */
  whenFull?: 'refuse' | 'pass';
  /** How long closing the application waits for the sink, in milliseconds. 10,000 if not given. */
  closeWithin?: number;
} & (
    | ({ event?: undefined } & ExchangeOptions<FastifyExchange>)
    | {
        /** The event of an exchange; undefined where there is none. Takes the place of the default, `exchangeEvent`. */
        event: (exchange: FastifyExchange) => SdkEvent | undefined;
        prefix?: string;
      }
  );

/** Counts of the plugin: `covered` = `pending` + `added` + `withoutEvent` + `failed` + `refused` + `unaudited`. */
export interface ActlogStats extends RecorderStats {
  /** Requests that are to be audited. */
  covered: number;
  /** Of these, those under way. */
  pending: number;
  /** Exchanges that are no event, by the mapping. */
  withoutEvent: number;
  /** Exchanges whose mapping threw, or whose event came too late. The application's log has them, as errors. */
  failed: number;
  /** Requests that passed without being audited, with `whenFull: 'pass'`. The application's log has them, as warnings. */
  unaudited: number;
}

/** What `app.actlog` is. */
export interface Actlog {
  /** Counts. */
  stats(): ActlogStats;
  /** Delivers what there is, without waiting for batches to fill. */
  flush(): Promise<void>;
}

declare module 'fastify' {
  interface FastifyInstance {
    actlog: Actlog;
  }
}

/** Audits what passes, from the request to the end of its answer. */
const plugin: FastifyPluginAsync<ActlogOptions> = async (app, options) => {
  const { settings, whenFull = 'refuse', closeWithin } = options;
  const filter = Filter.open(settings);
  const recorder = new Recorder({ ...recorderOptions(options), filter });
  const prefix = options.prefix ?? '/';
  const covers = options.covers ?? ((request: FastifyRequest) => request.raw.url?.startsWith(prefix) ?? false);
  const toEvent = options.event === undefined ? (exchange: FastifyExchange) => exchangeEvent(exchange, options) : options.event;
  const counts = { covered: 0, pending: 0, withoutEvent: 0, failed: 0, refusedRequests: 0, unaudited: 0 };
  const answers = new WeakMap<FastifyRequest, unknown>();

  app.decorate('actlog', {
    stats: () => {
      const { refusedRequests, ...others } = counts;
      return { ...recorder.stats(), ...others, refused: refusedRequests };
    },
    flush: () => recorder.flush(),
  });

  app.addHook('onRequest', async (request, reply) => {
    if (!covers(request)) return;
    const time = new Date();
    counts.covered += 1;
    counts.pending += 1;
    let place: Place;
    try {
      place = await recorder.reserve();
    } catch (error) {
      counts.pending -= 1;
      if (!(error instanceof BusyError || error instanceof ClosedError)) throw error;
      if (whenFull === 'pass') {
        counts.unaudited += 1;
        request.log.warn({ err: error }, 'this request is not audited');
        return;
      }
      counts.refusedRequests += 1;
      return reply.code(503).header('retry-after', '1').send({ statusCode: 503, error: 'Service Unavailable', message: 'requests cannot be audited now' });
    }
    // 'close' comes once, after a whole answer and after a broken connection.
    const ended = () => {
      counts.pending -= 1;
      end(place, request, reply, time);
    };
    if (reply.raw.closed) ended();
    else reply.raw.once('close', ended);
  });

  app.addHook('preSerialization', async (request, _reply, payload) => {
    if (typeof payload === 'object' && payload !== null) answers.set(request, payload);
    return payload;
  });

  function end(place: Place, request: FastifyRequest, reply: FastifyReply, time: Date): void {
    let filled = false;
    try {
      const event = toEvent({
        id: randomUUID(),
        time,
        method: request.method,
        url: request.raw.url ?? '',
        requestHeaders: request.headers,
        responseHeaders: reply.getHeaders(),
        body: request.body,
        answer: answers.get(request),
        status: reply.raw.writableFinished ? reply.statusCode : undefined,
        ip: request.ip,
        request,
        reply,
      });
      if (event === undefined) {
        counts.withoutEvent += 1;
        return;
      }
      place.fill(event);
      filled = true;
    } catch (error) {
      counts.failed += 1;
      request.log.error({ err: error }, 'this request is not audited: there is no event of it');
    } finally {
      if (!filled) place.release();
    }
  }

  app.addHook('onClose', async () => {
    try {
      await recorder.close(closeWithin);
    } finally {
      filter.close();
    }
  });
};

function recorderOptions(options: ActlogOptions): Omit<RecorderOptions, 'filter'> {
  const names = ['sink', 'rejects', 'batch', 'delay', 'capacity', 'capacityBytes', 'patience', 'retry'] as const;
  return Object.fromEntries(names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]))) as unknown as Omit<RecorderOptions, 'filter'>;
}

// The hooks are for the whole application, not only for what this plugin registers; it needs Fastify 5.
export default Object.assign(plugin, {
  [Symbol.for('skip-override')]: true,
  [Symbol.for('fastify.display-name')]: 'actlog',
  [Symbol.for('plugin-meta')]: { name: 'actlog', fastify: '5.x' },
}) as FastifyPluginAsync<ActlogOptions>;

