//! The pump: takes entries out of the journal, puts exchanges together, and hands them to the recorder.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actlog_spool::{Error, Frame, Place, Reader, Rereader, Spool};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::decode;
use crate::exchange::{Ended, Exchange};
use crate::journal::{Entry, How};
use crate::stats::Stats;

/// Entries that are read at once.
const READ_FRAMES: usize = 512;
/// Bytes of entries that are read, and handed out, at once.
const READ_BYTES: usize = 4 << 20;
/// Exchanges that are handed out at once.
const BATCH: usize = 64;
/// How long to wait after the recorder failed; it grows to the second.
const DELAYS: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(30)];

/// How long entries may wait for others, so that many are read, recorded and acknowledged at once: each time costs the disk and the
/// processors what requests need of them. They are durable meanwhile.
const LINGER: Duration = Duration::from_millis(100);
/// How long to wait after the journal could not be read.
const READ_DELAY: Duration = Duration::from_secs(1);

/// Takes exchanges over.
pub trait Recorder: Send + Sync + 'static {
    /// Takes exchanges over. When this returns `Ok` they are forgotten here; after an error the same ones come again, and after a
    /// restart, too: their ids tell. What can never be recorded is the recorder's to put aside: it would come for ever.
    fn record(&self, exchanges: Vec<Exchange>) -> impl Future<Output = Result<(), RecordError>> + Send;
}

/// Why a recorder could not take exchanges over, for the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct RecordError(pub String);

/// Takes entries out of the journal and hands exchanges to a recorder.
pub struct Pump {
    spool: Spool,
    reader: Option<Reader>,
    told: mpsc::UnboundedReceiver<Uuid>,
    /// The last entry of earlier runs: what began before it and has no end never will.
    earlier: u64,
    body_bytes: usize,
    stats: Arc<Stats>,
    open: HashMap<Uuid, Pending>,
    /// The numbers of the intents in `open`: what must not be acknowledged yet.
    held: BTreeSet<u64>,
    /// Where the last entry stood that was read.
    newest: Option<Place>,
    ready: VecDeque<Uuid>,
    /// Exchanges that nobody will end any more, and up to which number there may be entries of them.
    lost: VecDeque<(u64, Uuid)>,
}

/// An exchange of which entries have been read; their content stays on the disk.
struct Pending {
    intent: Place,
    outcome: Option<Place>,
    end: Option<(How, Place)>,
    bytes: usize,
    ready: bool,
}

impl Pump {
    pub(crate) fn new(
        spool: Spool,
        reader: Reader,
        told: mpsc::UnboundedReceiver<Uuid>,
        earlier: u64,
        body_bytes: usize,
        stats: Arc<Stats>,
    ) -> Self {
        let (open, held, newest, ready, lost) = <_>::default();
        Self { spool, reader: Some(reader), told, earlier, body_bytes, stats, open, held, newest, ready, lost }
    }

    /// Hands out what there is and what comes, until `stop`; then what is there already, as long as the recorder takes it. While the
    /// journal cannot be read, it is tried again.
    pub async fn run<R: Recorder>(mut self, recorder: &R, stop: CancellationToken) {
        loop {
            match self.turn(recorder, &stop).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => {
                    tracing::error!(%error, "the journal cannot be read now");
                    if stop.is_cancelled() {
                        return;
                    }
                    sleep(READ_DELAY).await;
                }
            }
        }
    }

    /// Reads, hands out, and waits for more; false when that was all.
    async fn turn<R: Recorder>(&mut self, recorder: &R, stop: &CancellationToken) -> Result<bool, Error> {
        let read = self.read().await?;
        self.settle();
        self.hand_out(recorder, stop).await?;
        if read == READ_FRAMES {
            return Ok(true);
        }
        if stop.is_cancelled() {
            return Ok(read > 0);
        }
        let Some(reader) = &mut self.reader else { return Ok(false) };
        tokio::select! {
            more = reader.wait() => more?,
            Some(id) = self.told.recv() => self.lost.push_back((self.spool.last(), id)),
            () = stop.cancelled() => {}
        }
        // Not when room is needed soon.
        if self.spool.used() < self.spool.room() / 8 {
            tokio::select! {
                () = sleep(LINGER) => {}
                () = stop.cancelled() => {}
            }
        }
        Ok(true)
    }

    /// Reads some entries; how many.
    async fn read(&mut self) -> Result<usize, Error> {
        let Some(mut reader) = self.reader.take() else { return Ok(0) };
        let read = spawn_blocking(move || {
            let frames = reader.read(READ_FRAMES, READ_BYTES);
            (reader, frames)
        });
        let (mut reader, frames) = read.await.map_err(|_| Error::Closed)?;
        for damage in reader.damage() {
            tracing::error!(path = %damage.path.display(), bytes = ?damage.bytes, "the journal is damaged");
            Stats::count(&self.stats.damaged);
        }
        self.reader = Some(reader);
        let frames = frames?;
        let count = frames.len();
        for frame in frames {
            self.take(&frame);
        }
        Ok(count)
    }

    fn take(&mut self, frame: &Frame) {
        let bytes = frame.payload.len();
        let (number, place) = (frame.number, frame.place);
        self.newest = Some(place);
        match Entry::read(&frame.payload) {
            Some(Entry::Intent(intent)) => {
                self.held.insert(number);
                self.open.insert(intent.id, Pending { intent: place, outcome: None, end: None, bytes, ready: false });
            }
            Some(Entry::Outcome(outcome)) => {
                // None: it was handed out already, or its intent is lost.
                if let Some(pending) = self.open.get_mut(&outcome.id) {
                    pending.outcome = Some(place);
                    pending.bytes += bytes;
                }
            }
            Some(Entry::End(end)) => {
                if end.how == How::NotSent {
                    self.forget(end.id);
                } else if let Some(pending) = self.open.get_mut(&end.id) {
                    pending.end = Some((end.how, place));
                    pending.bytes += bytes;
                    self.make_ready(end.id);
                }
            }
            Some(Entry::Opened) => self.end_all_before(number),
            None => {
                tracing::error!(number, "an entry of the journal cannot be read");
                Stats::count(&self.stats.damaged);
            }
        }
    }

    /// Finds exchanges that will not end any more, or for which there is no room to wait.
    fn settle(&mut self) {
        while let Ok(id) = self.told.try_recv() {
            self.lost.push_back((self.spool.last(), id));
        }
        let next = self.reader.as_ref().map_or(0, Reader::next_number);
        if self.earlier > 0 && next > self.earlier {
            self.end_all_before(self.earlier + 1);
            self.earlier = 0;
        }
        while let Some((_, id)) = self.lost.pop_front_if(|(last, _)| next > *last) {
            self.make_ready(id);
        }
        // An exchange that lasts, such as a slow download, keeps all that came after it from being removed.
        if self.ready.is_empty() && next > self.spool.last() && self.spool.used() > self.spool.room() / 2 {
            let oldest = self.held.first().copied();
            let early = self.open.iter().find(|(_, pending)| Some(pending.intent.number()) == oldest);
            let early = early.map(|(id, pending)| (*id, pending.intent));
            // In the file that is being written to it keeps nothing.
            if let Some((id, place)) = early
                && self.newest.is_some_and(|newest| !newest.shares_file_with(place))
            {
                tracing::warn!(%id, "an exchange is recorded before it has ended: the journal needs the room");
                Stats::count(&self.stats.early);
                self.make_ready(id);
            }
        }
    }

    /// What began before an entry, and has not ended, never will: its process is gone.
    fn end_all_before(&mut self, number: u64) {
        let mut left: Vec<_> = self.open.iter().filter(|(_, pending)| pending.intent.number() < number && !pending.ready).collect();
        left.sort_unstable_by_key(|(_, pending)| pending.intent.number());
        let left: Vec<_> = left.into_iter().map(|(id, _)| *id).collect();
        left.into_iter().for_each(|id| self.make_ready(id));
    }

    fn make_ready(&mut self, id: Uuid) {
        if let Some(pending) = self.open.get_mut(&id)
            && !std::mem::replace(&mut pending.ready, true)
        {
            self.ready.push_back(id);
        }
    }

    fn forget(&mut self, id: Uuid) {
        if let Some(pending) = self.open.remove(&id) {
            self.held.remove(&pending.intent.number());
        }
    }

    /// Hands out all that is ready, and acknowledges it.
    async fn hand_out<R: Recorder>(&mut self, recorder: &R, stop: &CancellationToken) -> Result<(), Error> {
        self.ready.retain(|id| self.open.contains_key(id));
        while !self.ready.is_empty() {
            let mut bytes = 0;
            let mut ids = Vec::new();
            for id in &self.ready {
                bytes += self.open.get(id).map_or(0, |pending| pending.bytes);
                if !ids.is_empty() && (ids.len() == BATCH || bytes > READ_BYTES) {
                    break;
                }
                ids.push(*id);
            }
            if !self.record(&ids, recorder, stop).await? {
                return Ok(());
            }
            self.ready.drain(..ids.len());
            ids.into_iter().for_each(|id| self.forget(id));
        }
        self.acknowledge().await
    }

    /// Hands a batch out, again and again until it is taken; false when it was not, because of `stop`.
    async fn record<R: Recorder>(&mut self, ids: &[Uuid], recorder: &R, stop: &CancellationToken) -> Result<bool, Error> {
        let mut delay = DELAYS[0];
        loop {
            let places: Vec<_> =
                ids.iter().filter_map(|id| self.open.get(id)).map(|pending| (pending.intent, pending.outcome, pending.end)).collect();
            let (spool, limit) = (self.spool.clone(), self.body_bytes);
            let read = spawn_blocking(move || {
                let mut frames = spool.rereader();
                places.into_iter().map(|(intent, outcome, end)| assemble(&mut frames, intent, outcome, end, limit)).collect()
            });
            let read: Vec<Result<Option<Exchange>, Error>> = read.await.map_err(|_| Error::Closed)?;
            let mut exchanges = Vec::with_capacity(read.len());
            for exchange in read {
                match exchange {
                    Ok(exchange) => exchanges.extend(exchange),
                    // Damaged since it was read the first time. The rest must not wait for it.
                    Err(Error::Gone(number)) => {
                        tracing::error!(number, "an exchange is lost: its intent in the journal was damaged");
                        Stats::count(&self.stats.damaged);
                    }
                    Err(error) => return Err(error),
                }
            }
            let count = exchanges.len() as u64;
            let in_doubt = exchanges.iter().filter(|exchange| exchange.is_in_doubt()).count() as u64;
            if exchanges.is_empty() {
                return Ok(true);
            }
            match recorder.record(exchanges).await {
                Ok(()) => {
                    self.stats.recorded.fetch_add(count, Ordering::Relaxed);
                    self.stats.in_doubt.fetch_add(in_doubt, Ordering::Relaxed);
                    return Ok(true);
                }
                Err(error) => {
                    Stats::count(&self.stats.record_failures);
                    tracing::warn!(%error, exchanges = count, "exchanges cannot be recorded now; they stay in the journal");
                }
            }
            if stop.is_cancelled() {
                return Ok(false);
            }
            tokio::select! {
                () = sleep(delay) => {}
                () = stop.cancelled() => {}
            }
            delay = (delay * 2).min(DELAYS[1]);
        }
    }

    /// Acknowledges everything before the oldest exchange that is still wanted.
    async fn acknowledge(&mut self) -> Result<(), Error> {
        let next = self.reader.as_ref().map_or(1, Reader::next_number);
        let number = self.held.first().copied().unwrap_or(next).min(next) - 1;
        if number <= self.spool.acknowledged() {
            return Ok(());
        }
        let spool = self.spool.clone();
        spawn_blocking(move || spool.acknowledge(number)).await.map_err(|_| Error::Closed)?
    }
}

/// Puts an exchange together out of its entries.
fn assemble(
    frames: &mut Rereader,
    intent: Place,
    outcome: Option<Place>,
    end: Option<(How, Place)>,
    limit: usize,
) -> Result<Option<Exchange>, Error> {
    let mut read = |place: Place| frames.read(place).map(|frame| Entry::read(&frame.payload));
    let Some(Entry::Intent(intent)) = read(intent)? else { return Ok(None) };
    // An outcome or an end that is gone leaves the exchange as if it had none.
    let mut optional = |place: Option<Place>| match place.map(&mut read).transpose() {
        Err(Error::Gone(_)) => Ok(None),
        other => other.map(Option::flatten),
    };
    let how = end.map(|(how, _)| how);
    let (status, headers) = match optional(outcome)? {
        Some(Entry::Outcome(outcome)) => (Some(outcome.status), outcome.headers),
        _ => (None, Vec::new()),
    };
    let (request, response) = match optional(end.map(|(_, place)| place))? {
        Some(Entry::End(end)) => (end.request, Some(end.response)),
        _ => (None, None),
    };
    let ended = match how {
        Some(How::Whole) if status.is_some() => Ended::Whole,
        Some(How::NoAnswer) => Ended::NoAnswer,
        Some(How::Cut) => Ended::Cut,
        _ => Ended::Unknown,
    };
    let plain = |headers: Vec<(String, serde_bytes::ByteBuf)>| headers.into_iter().map(|(name, value)| (name, value.into_vec())).collect();
    let (request_headers, response_headers) = (plain(intent.headers), plain(headers));
    let request_body = decode::body(request.unwrap_or(intent.body), &request_headers, limit);
    let response_body = response.map(|head| decode::body(head, &response_headers, limit)).unwrap_or_default();
    Ok(Some(Exchange {
        id: intent.id,
        began: intent.began,
        client: intent.client,
        method: intent.method,
        target: intent.target,
        scheme: intent.scheme,
        authority: intent.authority,
        request_headers,
        request_body,
        status,
        response_headers,
        response_body,
        ended,
    }))
}
