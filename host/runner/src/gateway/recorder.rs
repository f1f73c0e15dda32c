//! Takes exchanges out of the journal and makes durable what they come to.

use std::sync::{Arc, Mutex, PoisonError};

use actlog_engine::{Error, Translation};
use actlog_proxy::{Exchange, RecordError};

use super::exchange;
use super::names::Names;
use super::outlet::Outlet;
use super::told::{Line, Told};
use super::translating::Translating;
use crate::console::Console;
use crate::rejects::{Keep, Rejects, Unusable};
use crate::source::event::Origin;
use crate::source::position::Position;
use crate::totals::Totals;

/// Bytes of events that are given away at once: well below what a server takes.
const MOST_BYTES: usize = 4 << 20;

/// Tells exchanges in events and gives these to an outlet.
pub struct Recorder {
    translating: Translating,
    outlet: Outlet,
    names: Arc<Names>,
    told: Arc<Told>,
    totals: Arc<Mutex<Totals>>,
    rejects: Arc<Mutex<Rejects>>,
    appended: bool,
}

/// One exchange, told.
struct Telling {
    line: Line,
    events: Vec<u8>,
}

/// An exchange that the translator could not tell.
struct Untold {
    id: String,
    /// What came, without secrets, as JSON.
    kept: Vec<u8>,
    explanation: String,
}

impl Recorder {
    /// `totals` counts what became of the events; `rejects` keeps what cannot be told; `appended` says whether the client's address was
    /// added to X-Forwarded-For.
    pub fn new(
        translating: Translating,
        outlet: Outlet,
        names: Arc<Names>,
        told: Arc<Told>,
        totals: Arc<Mutex<Totals>>,
        rejects: Arc<Mutex<Rejects>>,
        appended: bool,
    ) -> Self {
        Self { translating, outlet, names, told, totals, rejects, appended }
    }

    /// Keeps an exchange that cannot be told: it would come back for ever otherwise.
    fn put_aside(&self, untold: &Untold) -> Result<(), RecordError> {
        let origin = Origin { source: format!("exchange {}", untold.id).into(), position: Position::START };
        let unusable =
            Unusable { origin: &origin, outcome: "faulted", reason: "exchange", place: "", at: 0, explanation: &untold.explanation };
        let mut rejects = self.rejects.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = rejects.add(&unusable, &mut Keep::Bytes(&untold.kept), &Console::plain()).and_then(|()| rejects.sync());
        kept.map_err(|error| RecordError(format!("{error:#}")))?;
        self.told.fault();
        Ok(())
    }

    async fn give(&self, events: &[u8]) -> Result<(), RecordError> {
        for some in pieces(events) {
            let came = self.outlet.take(some.to_vec()).await?;
            self.totals.lock().unwrap_or_else(PoisonError::into_inner).add_all(&came);
        }
        Ok(())
    }
}

impl actlog_proxy::Recorder for Recorder {
    async fn record(&self, exchanges: Vec<Exchange>) -> Result<(), RecordError> {
        if self.names.is_awaited() {
            return Err(RecordError("the names of the upstream's tables are not known yet".to_owned()));
        }
        let (translating, appended) = (self.translating.clone(), self.appended);
        let tell = move |exchange| tell(&translating, exchange::of(exchange, appended));
        let telling = tokio::task::spawn_blocking(move || exchanges.into_iter().map(tell).collect());
        let telling: Vec<Result<Telling, Untold>> = telling.await.map_err(|error| RecordError(error.to_string()))?;
        let (mut lines, mut events) = (Vec::with_capacity(telling.len()), Vec::new());
        for telling in telling {
            match telling {
                Ok(telling) => {
                    events.extend_from_slice(&telling.events);
                    lines.push(telling.line);
                }
                Err(untold) => self.put_aside(&untold)?,
            }
        }
        self.give(&events).await?;
        self.told.write(&lines).map_err(|error| RecordError(format!("{error:#}")))?;
        self.told.count(&lines);
        if lines.iter().any(Line::asks_for_names) {
            self.names.ask();
        }
        Ok(())
    }
}

/// Whole lines, so many at once that a server takes them.
fn pieces(events: &[u8]) -> Vec<&[u8]> {
    let (mut pieces, mut start, mut end) = (Vec::new(), 0, 0);
    for line in events.split_inclusive(|byte| *byte == b'\n') {
        if end > start && end - start + line.len() > MOST_BYTES {
            pieces.push(&events[start..end]);
            start = end;
        }
        end += line.len();
    }
    if end > start {
        pieces.push(&events[start..end]);
    }
    pieces
}

fn tell(translating: &Translating, exchange: actlog_engine::Exchange) -> Result<Telling, Untold> {
    let (path, _) = exchange.target.split_once('?').unwrap_or((&exchange.target, ""));
    let mut line = Line {
        exchange: exchange.id.clone(),
        began: exchange.began.clone(),
        method: exchange.method.clone(),
        path: path.to_owned(),
        status: exchange.answer.as_ref().map(|answer| answer.status),
        events: 0,
        unknown: Vec::new(),
    };
    match translating.get().translate(&exchange) {
        Ok(Translation { events, count, unknown }) => {
            line.events = count;
            line.unknown = unknown.into_iter().map(Into::into).collect();
            Ok(Telling { line, events })
        }
        Err(error) => Err(untold(&line, &exchange, &error)),
    }
}

fn untold(line: &Line, exchange: &actlog_engine::Exchange, error: &Error) -> Untold {
    let kept = serde_json::json!({
        "Exchange": line,
        "Target": exchange.target,
        "RequestBody": String::from_utf8_lossy(&exchange.request_body.content),
        "ResponseBody": exchange.answer.as_ref().map(|answer| String::from_utf8_lossy(&answer.body.content)),
    });
    Untold { id: line.exchange.clone(), kept: kept.to_string().into_bytes(), explanation: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_whole_lines_and_all_of_them() {
        let line = [vec![b'x'; MOST_BYTES / 3], b"\n".to_vec()].concat();
        let events = line.repeat(7);
        let pieces = pieces(&events);
        assert_eq!(pieces.iter().map(|piece| piece.len() / line.len()).collect::<Vec<_>>(), [2, 2, 2, 1]);
        assert_eq!(pieces.concat(), events);
        assert_eq!(super::pieces(b""), [b""; 0]);
        let large = [vec![b'x'; 2 * MOST_BYTES], b"\n".to_vec()].concat();
        assert_eq!(super::pieces(&large).len(), 1);
    }
}
