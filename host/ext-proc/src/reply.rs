//! What Envoy is told.

use actlog_proxy::carry::{Answer, RETRY_SECONDS, TEXT};
use envoy_types::pb::envoy::config::core::v3::header_value_option::HeaderAppendAction;
use envoy_types::pb::envoy::config::core::v3::{HeaderValue, HeaderValueOption};
use envoy_types::pb::envoy::extensions::filters::http::ext_proc::v3::ProcessingMode;
use envoy_types::pb::envoy::extensions::filters::http::ext_proc::v3::processing_mode::{BodySendMode, HeaderSendMode};
use envoy_types::pb::envoy::service::ext_proc::v3::processing_response::Response;
use envoy_types::pb::envoy::service::ext_proc::v3::{
    BodyResponse, HeaderMutation, HeadersResponse, ImmediateResponse, ProcessingResponse, TrailersResponse,
};
use envoy_types::pb::envoy::r#type::v3::HttpStatus;
use envoy_types::pb::google::protobuf::value::Kind;
use envoy_types::pb::google::protobuf::{Struct, Value};
use hyper::StatusCode;
use uuid::Uuid;

use crate::service::{METADATA_KEY, METADATA_NAMESPACE};

/// A step of a request or an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    RequestHead,
    RequestBody,
    RequestTrailers,
    AnswerHead,
    AnswerBody,
    AnswerTrailers,
}

/// Go on with this step, unchanged.
pub(crate) fn go_on(step: Step) -> ProcessingResponse {
    let response = match step {
        Step::RequestHead => Response::RequestHeaders(HeadersResponse::default()),
        Step::RequestBody => Response::RequestBody(BodyResponse::default()),
        Step::RequestTrailers => Response::RequestTrailers(TrailersResponse::default()),
        Step::AnswerHead => Response::ResponseHeaders(HeadersResponse::default()),
        Step::AnswerBody => Response::ResponseBody(BodyResponse::default()),
        Step::AnswerTrailers => Response::ResponseTrailers(TrailersResponse::default()),
    };
    ProcessingResponse { response: Some(response), ..ProcessingResponse::default() }
}

/// Go on, and tell nothing more of this exchange.
pub(crate) fn go_on_alone(step: Step) -> ProcessingResponse {
    ProcessingResponse { mode_override: Some(mode(HeaderSendMode::Skip, BodySendMode::None)), ..go_on(step) }
}

/// Go on, and tell everything of this exchange, which has this id.
pub(crate) fn go_on_as(id: Uuid) -> ProcessingResponse {
    let exchange = [(METADATA_KEY.to_owned(), Value { kind: Some(Kind::StringValue(id.to_string())) })];
    let space = Value { kind: Some(Kind::StructValue(Struct { fields: exchange.into() })) };
    ProcessingResponse {
        dynamic_metadata: Some(Struct { fields: [(METADATA_NAMESPACE.to_owned(), space)].into() }),
        mode_override: Some(mode(HeaderSendMode::Send, BodySendMode::Streamed)),
        ..go_on(Step::RequestHead)
    }
}

/// Do not go on: this is the answer. `why` is for Envoy's access log.
pub(crate) fn answer((status, sentence): Answer, why: &str) -> ProcessingResponse {
    let retry = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(("retry-after", RETRY_SECONDS));
    let header = |(key, value): (&str, &str)| HeaderValueOption {
        header: Some(HeaderValue { key: key.to_owned(), raw_value: value.as_bytes().to_vec(), ..HeaderValue::default() }),
        append_action: HeaderAppendAction::OverwriteIfExistsOrAdd.into(),
        ..HeaderValueOption::default()
    };
    let set_headers = std::iter::once(("content-type", TEXT)).chain(retry).map(header).collect();
    let immediate = ImmediateResponse {
        status: Some(HttpStatus { code: i32::from(status.as_u16()) }),
        headers: Some(HeaderMutation { set_headers, ..HeaderMutation::default() }),
        body: sentence.as_bytes().to_vec(),
        details: why.to_owned(),
        ..ImmediateResponse::default()
    };
    ProcessingResponse { response: Some(Response::ImmediateResponse(immediate)), ..ProcessingResponse::default() }
}

fn mode(heads: HeaderSendMode, bodies: BodySendMode) -> ProcessingMode {
    ProcessingMode {
        response_header_mode: heads.into(),
        request_body_mode: bodies.into(),
        response_body_mode: bodies.into(),
        request_trailer_mode: heads.into(),
        response_trailer_mode: heads.into(),
        ..ProcessingMode::default()
    }
}
