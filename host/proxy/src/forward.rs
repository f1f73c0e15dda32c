//! One request: checked, journaled, passed on, and its answer carried back.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use hyper::header::{COOKIE, EXPECT, HOST, HeaderValue, TRANSFER_ENCODING};
use hyper::http::request;
use hyper::http::uri::{Authority, Scheme};
use hyper::{Method, Request, Response, StatusCode, Uri, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::answer::{self, Answer};
use crate::body::{self, AnyBody, Cut, Sink};
use crate::config::{Config, HostHeader};
use crate::going::Going;
use crate::headers;
use crate::intention::{Intention, JournalFailed};
use crate::journal::{Head, How, Intent, Journal};
use crate::stats::{Happened, Stats};
use crate::tunnel::{Slot, Switched};
use crate::unread::Watched;
use crate::upstream::Clients;

/// The body that a client sends.
type Sent = Watched<Incoming>;

/// What all connections have in common.
pub(crate) struct Front {
    pub config: Config,
    pub scheme: Scheme,
    pub authority: Authority,
    pub clients: Clients,
    pub journal: Journal,
    pub stats: Arc<Stats>,
    pub requests: Arc<Semaphore>,
    /// What must end before the journal is closed.
    pub tasks: TaskTracker,
    /// Set when nothing is waited for any more.
    pub abort: CancellationToken,
}

/// The other end of a connection.
#[derive(Clone, Copy)]
pub(crate) struct Peer {
    pub address: SocketAddr,
    pub scheme: &'static str,
}

/// A request that may be passed on.
struct Checked {
    target: String,
    authority: String,
}

/// Lifting a request's body to the upstream.
type Lifting = Pin<Box<dyn Future<Output = Result<(), Cut>> + Send>>;

impl Front {
    /// Answers a request. What was begun goes on when this is dropped, because the client went away: its outcome counts.
    pub async fn answer(self: Arc<Self>, request: Request<Sent>, peer: Peer, slot: Option<Slot>) -> Response<AnyBody> {
        self.stats.happened(Happened::Request);
        let checked = match self.check(&request) {
            Ok(checked) => checked,
            Err(refusal) => {
                self.stats.happened(Happened::Rejected);
                return answer::own(refusal);
            }
        };
        let Ok(permit) = self.requests.clone().try_acquire_owned() else {
            self.stats.happened(Happened::Busy);
            return answer::own(answer::BUSY);
        };
        let front = self.clone();
        let going = Going::new(self.tasks.track_future(async move {
            let abort = front.abort.clone();
            tokio::select! {
                // When nobody waits for it any more, the answer's body is cut.
                response = front.pass(request, checked, peer, slot, permit) => Some(response),
                () = abort.cancelled() => None,
            }
        }));
        let stopped = || answer::own((StatusCode::SERVICE_UNAVAILABLE, "This proxy is being stopped.\n"));
        going.await.unwrap_or_else(stopped)
    }

    fn check(&self, request: &Request<Sent>) -> Result<Checked, Answer> {
        let (uri, headers) = (request.uri(), request.headers());
        let limits = self.config.limits;
        limits.check_headers(headers.iter().map(|(name, value)| (name.as_str().len(), value.len())))?;
        if request.method() == Method::CONNECT {
            return Err((StatusCode::METHOD_NOT_ALLOWED, "This proxy stands before one server and makes no tunnels.\n"));
        }
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        limits.check_target(target)?;
        if !(target.starts_with('/') || target == "*" && request.method() == Method::OPTIONS) {
            return Err((StatusCode::BAD_REQUEST, "The request's target is no path.\n"));
        }
        let mut hosts = headers.get_all(HOST).iter();
        let (host, more) = (hosts.next(), hosts.next());
        if more.is_some() || host.is_none() && request.version() == Version::HTTP_11 {
            return Err((StatusCode::BAD_REQUEST, "There must be one Host.\n"));
        }
        let host = host.map(|host| host.to_str().unwrap_or("@"));
        if let (Some(host), Some(authority)) = (host, uri.authority())
            && !host.eq_ignore_ascii_case(authority.as_str())
        {
            return Err((StatusCode::BAD_REQUEST, "The Host and the request's target contradict each other.\n"));
        }
        let authority = uri.authority().map(Authority::as_str).or(host).unwrap_or("");
        if !authority.is_empty() && (authority.contains('@') || authority.parse::<Authority>().is_err()) {
            return Err((StatusCode::BAD_REQUEST, "The Host is none.\n"));
        }
        if headers.get_all(EXPECT).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
            return Err((StatusCode::EXPECTATION_FAILED, "Only 100-continue can be expected.\n"));
        }
        Ok(Checked { target: target.to_owned(), authority: authority.to_owned() })
    }

    /// Makes a request the one that goes up, all but its address; whether it asks to switch to another protocol.
    fn prepare(&self, parts: &mut request::Parts, checked: &Checked, peer: Peer, may_switch: bool) -> bool {
        let switch = headers::upgrade(&parts.headers).filter(|_| may_switch && parts.version == Version::HTTP_11);
        let Config { forwarded, via, host, .. } = &self.config;
        headers::forward(&mut parts.headers, peer.address, peer.scheme, &checked.authority, *forwarded, via.as_deref());
        let passed = parts.headers.remove(HOST);
        if *host == HostHeader::Passed
            && let Some(value) = HeaderValue::from_str(&checked.authority).ok().filter(|value| !value.is_empty()).or(passed)
        {
            parts.headers.insert(HOST, value);
        }
        // HTTP/2 may send cookies one by one; HTTP/1.1 may not.
        let cookies: Vec<&[u8]> = parts.headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
        if cookies.len() > 1
            && let Ok(value) = HeaderValue::from_bytes(&cookies.join(b"; ".as_slice()))
        {
            parts.headers.insert(COOKIE, value);
        }
        parts.version = Version::HTTP_11;
        parts.extensions = hyper::http::Extensions::new();
        let switches = switch.is_some();
        if let Some(protocol) = switch {
            headers::set_upgrade(&mut parts.headers, protocol);
        }
        switches
    }

    async fn pass(
        self: Arc<Self>,
        request: Request<Sent>,
        checked: Checked,
        peer: Peer,
        slot: Option<Slot>,
        permit: OwnedSemaphorePermit,
    ) -> Response<AnyBody> {
        let (mut parts, body) = request.into_parts();
        let path = checked.target.split('?').next().unwrap_or("");
        let journaled = (self.config.is_api)(path);
        let slot = slot.filter(|_| body.is_end_stream());
        let switches = self.prepare(&mut parts, &checked, peer, slot.is_some());
        let uri =
            Uri::builder().scheme(self.scheme.clone()).authority(self.authority.clone()).path_and_query(checked.target.as_str()).build();
        let Ok(uri) = uri else {
            self.stats.happened(Happened::Rejected);
            return answer::own((StatusCode::BAD_REQUEST, "The request's target cannot be passed on.\n"));
        };
        parts.uri = uri;
        let intent = journaled.then(|| Intent::new(&parts, peer.address, &checked.target, peer.scheme, &checked.authority));
        let limit = self.config.journal.body_bytes;
        let intention = Arc::new(Intention::new(self.journal.clone(), self.config.on_failure, self.stats.clone(), limit, intent));
        if !journaled {
            self.stats.happened(Happened::Passed);
        }
        let length = body.size_hint().exact();
        // With HTTP/2 a frame without bytes may follow that says that the request has ended. An upstream does not wait for it.
        let complete = body.is_end_stream() || length == Some(0);
        let kept = if complete {
            intention.request_ended();
            intention.make().await.is_ok()
        } else {
            !intention.is_hopeless(length).await
        };
        if !kept {
            self.stats.happened(Happened::Refused);
            return answer::own(answer::JOURNAL_FAILED);
        }
        let (up, lifting): (AnyBody, Option<Lifting>) = if body.is_end_stream() {
            (body::empty(), None)
        } else {
            if length.is_none() {
                // Else a GET would go up without its body, whole before its intent is kept. HTTP/2 leaves this header out.
                parts.headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
            }
            let idle = self.config.timeouts.idle;
            let (sink, piped) = body::pipe(length, idle);
            (piped.boxed_unsync(), Some(Box::pin(lift(body, length, sink, intention.clone(), idle))))
        };
        let mut lifting = lifting;
        let response = match self.send(Request::from_parts(parts, up), switches, &mut lifting, &intention).await {
            Ok(response) => response,
            Err(response) => return response,
        };
        self.bring(response, switches, lifting, intention, slot, permit).await
    }

    /// Sends a request while its body is lifted; gives the upstream's answer, or the one that is given in its place.
    async fn send(
        &self,
        request: Request<AnyBody>,
        switches: bool,
        lifting: &mut Option<Lifting>,
        intention: &Intention,
    ) -> Result<Response<Incoming>, Response<AnyBody>> {
        let mut sending = std::pin::pin!(self.clients.request(request, switches));
        let mut until = Instant::now() + self.config.timeouts.answer;
        loop {
            let whole = lifting.is_none();
            let lifted = async {
                match lifting.as_mut() {
                    Some(lifting) => lifting.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                answer = &mut sending => match answer {
                    Ok(response) => return Ok(response),
                    Err(error) if error.is_connect() => {
                        tracing::warn!(error = %chain(&error), "the upstream cannot be reached");
                        self.stats.happened(Happened::Unreached);
                        intention.end(How::NotSent, Head::empty()).await;
                        return Err(answer::own(answer::UNREACHED));
                    }
                    Err(error) => {
                        // The body may have failed first, and then that is the reason.
                        tracing::warn!(error = %chain(&error), "the upstream gave no answer");
                        self.stats.happened(Happened::Unanswered);
                        intention.end(How::NoAnswer, Head::default()).await;
                        return Err(answer::own(answer::UNANSWERED));
                    }
                },
                done = lifted => {
                    *lifting = None;
                    until = Instant::now() + self.config.timeouts.answer;
                    match done {
                        // An upstream that reads no further may still answer.
                        Ok(()) | Err(Cut::Receiver | Cut::ReceiverIdle) => {}
                        Err(Cut::Journal) => {
                            self.stats.happened(Happened::Refused);
                            return Err(answer::own(answer::JOURNAL_FAILED));
                        }
                        Err(Cut::SenderIdle) => {
                            self.stats.happened(Happened::Abandoned);
                            return Err(answer::own((StatusCode::REQUEST_TIMEOUT, "The request's body took too long.\n")));
                        }
                        Err(Cut::Sender) => {
                            self.stats.happened(Happened::Abandoned);
                            return Err(answer::own((StatusCode::BAD_REQUEST, "The request's body was not whole.\n")));
                        }
                    }
                }
                () = sleep_until(until), if whole => {
                    tracing::warn!("the upstream took too long");
                    self.stats.happened(Happened::Unanswered);
                    intention.end(How::NoAnswer, Head::default()).await;
                    return Err(answer::own(answer::TOO_LATE));
                }
            }
        }
    }

    /// Makes the outcome durable, and brings the answer down.
    async fn bring(
        self: Arc<Self>,
        mut response: Response<Incoming>,
        switches: bool,
        lifting: Option<Lifting>,
        intention: Arc<Intention>,
        slot: Option<Slot>,
        permit: OwnedSemaphorePermit,
    ) -> Response<AnyBody> {
        let switching = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        let protocol = headers::upgrade(response.headers());
        let upgraded = if switching { hyper::upgrade::on(&mut response).await.ok() } else { None };
        let (mut head, body) = response.into_parts();
        // An upstream may answer before it has all of the request; its answer needs an intent before it.
        if intention.make().await.is_err() || intention.outcome(head.status, &head.headers).await.is_err() {
            return answer::own(answer::OUTCOME_LOST);
        }
        headers::remove_hop(&mut head.headers);
        headers::add_via(&mut head.headers, self.config.via.as_deref());
        head.version = Version::HTTP_11;
        if switching {
            intention.end(How::Whole, Head::empty()).await;
            let (Some(upstream), Some(protocol), Some(slot), true) = (upgraded, protocol, slot, switches) else {
                return answer::own(answer::UNANSWERED);
            };
            headers::set_upgrade(&mut head.headers, protocol);
            slot.put(Switched { upstream, permit });
            return Response::from_parts(head, body::empty());
        }
        let kept = Head::of(&head.headers);
        let ended = body.is_end_stream();
        let (sink, down) = if ended {
            (None, body::empty())
        } else {
            let (sink, piped) = body::pipe(body.size_hint().exact(), self.config.timeouts.idle);
            (Some(sink), piped.boxed_unsync())
        };
        let front = self.clone();
        self.tasks.spawn(async move {
            let abort = front.abort.clone();
            tokio::select! {
                () = front.carry(body, sink, kept, lifting, intention) => {}
                // Dropped as it is, the exchange is handed out with what is known.
                () = abort.cancelled() => {}
            }
            drop(permit);
        });
        Response::from_parts(head, down)
    }

    /// Carries an answer's body down, and what is left of the request's up; then the exchange has ended.
    async fn carry(&self, mut body: Incoming, sink: Option<Sink>, mut kept: Head, lifting: Option<Lifting>, intention: Arc<Intention>) {
        let idle = self.config.timeouts.idle;
        let limit = self.config.journal.body_bytes;
        let length = body.size_hint().exact();
        let down = async {
            let Some(mut sink) = sink else {
                kept.ended = true;
                return Ok(());
            };
            while let Some(frame) = body::next(&mut body, idle).await? {
                if let Some(data) = frame.data_ref() {
                    kept.push(data, limit);
                }
                sink.send(frame).await?;
            }
            kept.ended = true;
            finish(sink, length, kept.passed).await
        };
        let up = async {
            if let Some(lifting) = lifting {
                let _ = lifting.await;
            }
        };
        let (result, ()) = tokio::join!(down, up);
        if let Err(cut) = result {
            tracing::debug!(%cut, "an answer was cut off");
            self.stats.happened(Happened::Cut);
        }
        intention.end(if result.is_ok() { How::Whole } else { How::Cut }, kept).await;
    }
}

/// Lifts a request's body up. The newest bytes are held back until others come, or the intent is durable: an upstream that knows the
/// length acts on the last of them, whatever comes behind.
async fn lift(mut body: Sent, length: Option<u64>, mut sink: Sink, intention: Arc<Intention>, idle: Duration) -> Result<(), Cut> {
    let (mut held, mut trailers) = (None, None);
    let mut passed = 0;
    while let Some(frame) = body::next(&mut body, idle).await? {
        match frame.data_ref() {
            // Says nothing, and must not set free what is held.
            Some(data) if data.is_empty() => continue,
            Some(data) => passed = intention.passed(data),
            None => {
                trailers = Some(frame);
                continue;
            }
        }
        if let Some(before) = held.replace(frame) {
            sink.send(before).await?;
        }
        // Not the last one, that is certain; or nobody cares.
        if (length.is_some_and(|length| passed < length) || !intention.is_journaled())
            && let Some(frame) = held.take()
        {
            sink.send(frame).await?;
        }
    }
    intention.request_ended();
    // In a task of its own: whoever waits for the same intent must not depend on somebody listening to this body.
    let making = tokio::spawn({
        let intention = intention.clone();
        async move { intention.make().await }
    });
    making.await.unwrap_or(Err(JournalFailed))?;
    for last in [held, trailers].into_iter().flatten() {
        sink.send(last).await?;
    }
    finish(sink, length, passed).await
}

/// Ends a body. Whoever knew its length may have gone when it was complete.
async fn finish(sink: Sink, length: Option<u64>, passed: u64) -> Result<(), Cut> {
    match sink.end().await {
        Err(_) if length == Some(passed) => Ok(()),
        other => other,
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
