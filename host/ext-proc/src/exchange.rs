//! One stream of Envoy: one request and its answer, message by message.

use std::sync::Arc;

use actlog_proxy::Happened;
use actlog_proxy::carry::{BUSY, Head, How, Intent, Intention, JOURNAL_FAILED, OUTCOME_LOST};
use envoy_types::pb::envoy::extensions::filters::http::ext_proc::v3::processing_mode::BodySendMode;
use envoy_types::pb::envoy::service::ext_proc::v3::processing_request::Request;
use envoy_types::pb::envoy::service::ext_proc::v3::{HttpBody, HttpHeaders, ProcessingRequest, ProcessingResponse};
use hyper::StatusCode;
use tokio::sync::OwnedSemaphorePermit;
use tonic::Status;

use crate::attributes::{self, Origin};
use crate::head;
use crate::reply::{self, Step};
use crate::service::Front;

/// One request and its answer.
pub(crate) struct Exchange {
    front: Arc<Front>,
    state: State,
    /// Whether the answer's body will be told.
    answer_told: bool,
    _permit: Option<OwnedSemaphorePermit>,
}

enum State {
    /// Nothing has come yet.
    New,
    /// Nothing is kept of it, or nothing more.
    Passing,
    /// The request is on its way; its body has `length` bytes where that is known.
    Asking { intention: Intention, length: Option<u64> },
    /// All of the request has come.
    Asked(Intention),
    /// The upstream's answer is on its way down.
    Answering { intention: Intention, kept: Head },
}

/// How an exchange ended, to be kept after Envoy has its reply: nobody waits for that.
pub(crate) struct Last {
    intention: Intention,
    how: How,
    kept: Head,
}

impl Last {
    pub async fn keep(self) {
        self.intention.end(self.how, self.kept).await;
    }
}

type Replied = (ProcessingResponse, Option<Last>);

impl Exchange {
    pub fn new(front: Arc<Front>) -> Self {
        Self { front, state: State::New, answer_told: true, _permit: None }
    }

    /// Takes a message, and gives the reply.
    ///
    /// # Errors
    /// When Envoy says what cannot be.
    pub async fn take(&mut self, mut message: ProcessingRequest) -> Result<Replied, Status> {
        let request = message.request.take().ok_or_else(|| Status::invalid_argument("a message without a request"))?;
        match request {
            Request::RequestHeaders(head) => self.request_head(&message, head).await.map(alone),
            Request::RequestBody(body) => self.request_body(&body).await.map(alone),
            Request::RequestTrailers(_) => self.request_ended(Step::RequestTrailers).await.map(alone),
            Request::ResponseHeaders(head) => self.answer_head(&message, head).await,
            Request::ResponseBody(body) => Ok(self.answer_body(&body)?),
            Request::ResponseTrailers(_) => self.answer_ended(Step::AnswerTrailers),
        }
    }

    async fn request_head(&mut self, message: &ProcessingRequest, given: HttpHeaders) -> Result<ProcessingResponse, Status> {
        let State::New = self.state else { return Err(unexpected("a second request")) };
        self.state = State::Passing;
        let front = &self.front;
        front.stats().happened(Happened::Request);
        if message.observability_mode {
            front.unheld();
        }
        let (request_body, answer_body) = bodies(message)?;
        self.answer_told = answer_body == Told::Whole;
        let client = attributes::client(message);
        let asked = match head::asked(given.headers.unwrap_or_default(), client, &front.config.limits) {
            Ok(asked) => asked,
            Err(refusal) => {
                front.stats().happened(Happened::Rejected);
                return Ok(reply::answer(refusal, "actlog_rejected"));
            }
        };
        if !(front.config.is_api)(asked.target.split('?').next().unwrap_or("")) {
            front.stats().happened(Happened::Passed);
            return Ok(reply::go_on_alone(Step::RequestHead));
        }
        let Ok(permit) = front.requests.clone().try_acquire_owned() else {
            front.stats().happened(Happened::Busy);
            return Ok(reply::answer(BUSY, "actlog_busy"));
        };
        self._permit = Some(permit);
        let intent = Intent::new(&asked.parts, client, &asked.target, &asked.scheme, &asked.authority);
        let intention = front.intention(intent);
        // With HTTP/2 a frame without bytes may follow that says that the request has ended. An upstream does not wait for it.
        let complete = given.end_of_stream || asked.length == Some(0) && !asked.switches;
        if complete {
            intention.request_ended();
        }
        // What is not told of a body passes as soon as this is replied to.
        let kept = if complete || asked.switches || request_body != Told::Whole {
            intention.make().await.is_ok()
        } else {
            !intention.is_hopeless(asked.length).await
        };
        if !kept {
            return Ok(self.refused());
        }
        let reply = intention.id().map_or_else(|| reply::go_on(Step::RequestHead), reply::go_on_as);
        self.state = if complete { State::Asked(intention) } else { State::Asking { intention, length: asked.length } };
        Ok(reply)
    }

    async fn request_body(&mut self, body: &HttpBody) -> Result<ProcessingResponse, Status> {
        match &self.state {
            State::New => return Err(unexpected("a body before its head")),
            State::Asked(_) if !body.body.is_empty() => return Err(unexpected("more of a body than there is")),
            State::Asking { intention, length } => {
                let passed = intention.passed(&body.body);
                if body.end_of_stream || length.is_some_and(|length| passed >= length) {
                    return self.request_ended(Step::RequestBody).await;
                }
            }
            // An upstream may answer before it has all of the request.
            State::Answering { intention, .. } => {
                intention.passed(&body.body);
                if body.end_of_stream {
                    intention.request_ended();
                }
            }
            State::Asked(_) | State::Passing => {}
        }
        Ok(reply::go_on(Step::RequestBody))
    }

    async fn request_ended(&mut self, step: Step) -> Result<ProcessingResponse, Status> {
        match std::mem::replace(&mut self.state, State::Passing) {
            State::New => return Err(unexpected("the end of a request before its head")),
            State::Asking { intention, .. } => {
                intention.request_ended();
                if intention.make().await.is_err() {
                    return Ok(self.refused());
                }
                self.state = State::Asked(intention);
            }
            State::Answering { intention, kept } => {
                intention.request_ended();
                self.state = State::Answering { intention, kept };
            }
            other => self.state = other,
        }
        Ok(reply::go_on(step))
    }

    async fn answer_head(&mut self, message: &ProcessingRequest, given: HttpHeaders) -> Result<Replied, Status> {
        let on = reply::go_on(Step::AnswerHead);
        let intention = match std::mem::replace(&mut self.state, State::Passing) {
            // An answer to a request that another filter of Envoy refused, before it came here.
            State::New | State::Passing => return Ok(alone(on)),
            State::Answering { .. } => return Err(unexpected("a second answer")),
            State::Asking { intention, .. } | State::Asked(intention) => intention,
        };
        let last = |how, kept| Some(Last { intention, how, kept });
        match attributes::origin(message) {
            Origin::Upstream => self.upstream_head(given, last(How::Whole, Head::empty())).await,
            Origin::NotSent(details) => {
                tracing::warn!(details, "Envoy did not send a request up");
                self.front.stats().happened(Happened::Unreached);
                Ok((reply::go_on_alone(Step::AnswerHead), last(How::NotSent, Head::empty())))
            }
            Origin::Envoy(details) => {
                tracing::warn!(details, "Envoy answered by itself; the exchange is in doubt");
                self.front.stats().happened(Happened::Unanswered);
                Ok((reply::go_on_alone(Step::AnswerHead), last(How::NoAnswer, Head::default())))
            }
            Origin::Untold => {
                self.front.untold();
                // If it was the upstream's, it may have come before all of the request.
                let last = last(How::NoAnswer, Head::default());
                match last.as_ref().map(|last| &last.intention) {
                    Some(intention) if intention.make().await.is_err() => Ok(alone(self.refused())),
                    _ => Ok((on, last)),
                }
            }
        }
    }

    async fn upstream_head(&mut self, given: HttpHeaders, last: Option<Last>) -> Result<Replied, Status> {
        let Some(Last { intention, .. }) = last else { return Ok(alone(reply::go_on(Step::AnswerHead))) };
        let answered = head::answered(given.headers.unwrap_or_default()).ok_or_else(|| unexpected("an answer's head that is none"))?;
        if intention.make().await.is_err() || intention.outcome(answered.status, &answered.headers).await.is_err() {
            return Ok(alone(reply::answer(OUTCOME_LOST, "actlog_outcome_lost")));
        }
        if answered.status == StatusCode::SWITCHING_PROTOCOLS {
            // What follows is no HTTP.
            let last = Last { intention, how: How::Whole, kept: Head::empty() };
            return Ok((reply::go_on_alone(Step::AnswerHead), Some(last)));
        }
        let mut kept = Head::of(&answered.headers);
        kept.ended = given.end_of_stream;
        let reply = reply::go_on(Step::AnswerHead);
        if given.end_of_stream {
            return Ok((reply, Some(Last { intention, how: How::Whole, kept })));
        }
        self.state = State::Answering { intention, kept };
        Ok(alone(reply))
    }

    fn answer_body(&mut self, body: &HttpBody) -> Result<Replied, Status> {
        if let State::Answering { kept, .. } = &mut self.state {
            kept.push(&body.body, self.front.config.journal.body_bytes);
        }
        if body.end_of_stream {
            self.answer_ended(Step::AnswerBody)
        } else {
            self.in_answer().map(|()| alone(reply::go_on(Step::AnswerBody)))
        }
    }

    fn answer_ended(&mut self, step: Step) -> Result<Replied, Status> {
        self.in_answer()?;
        let last = match std::mem::replace(&mut self.state, State::Passing) {
            State::Answering { intention, mut kept } => {
                kept.ended = true;
                Some(Last { intention, how: How::Whole, kept })
            }
            _ => None,
        };
        Ok((reply::go_on(step), last))
    }

    fn in_answer(&self) -> Result<(), Status> {
        match self.state {
            State::New | State::Passing | State::Answering { .. } => Ok(()),
            State::Asking { .. } | State::Asked(_) => Err(unexpected("a part of an answer before its head")),
        }
    }

    /// The stream has ended. What is left to be kept; what was asked and not answered is in doubt when it is dropped.
    pub fn ended(self) -> Option<Last> {
        match self.state {
            State::New | State::Passing => None,
            State::Asking { .. } => {
                self.front.stats().happened(Happened::Abandoned);
                None
            }
            State::Asked(_) => {
                self.front.stats().happened(Happened::Unanswered);
                None
            }
            // How it ended was not to be told.
            State::Answering { .. } if !self.answer_told => None,
            State::Answering { intention, kept } => {
                self.front.stats().happened(Happened::Cut);
                Some(Last { intention, how: How::Cut, kept })
            }
        }
    }

    fn refused(&self) -> ProcessingResponse {
        self.front.stats().happened(Happened::Refused);
        reply::answer(JOURNAL_FAILED, "actlog_journal_failed")
    }
}

/// How much of a body Envoy tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Whole,
    /// Nothing, or its beginning.
    Less,
}

/// How much Envoy tells of both bodies, as it is configured. The reply asks for all; whether that is allowed is not known.
fn bodies(message: &ProcessingRequest) -> Result<(Told, Told), Status> {
    let Some(config) = message.protocol_config else { return Ok((Told::Whole, Told::Whole)) };
    let told = |mode: i32| match BodySendMode::try_from(mode) {
        Ok(BodySendMode::Streamed | BodySendMode::Buffered) => Ok(Told::Whole),
        Ok(BodySendMode::None | BodySendMode::BufferedPartial) => Ok(Told::Less),
        // There Envoy wants each body back from here.
        _ => Err(Status::failed_precondition("the processing mode of bodies must be STREAMED")),
    };
    Ok((told(config.request_body_mode)?, told(config.response_body_mode)?))
}

fn alone(reply: ProcessingResponse) -> Replied {
    (reply, None)
}

fn unexpected(what: &str) -> Status {
    Status::invalid_argument(format!("Envoy sent {what}"))
}
