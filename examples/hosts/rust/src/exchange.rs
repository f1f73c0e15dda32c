//! What passed.

use http::{request, response};
use std::time::SystemTime;

/// One request and its answer, without their bodies. What layers before and behind this one know of it is in the extensions.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// Unique for each exchange.
    pub id: &'a str,
    /// When the request came.
    pub began: SystemTime,
    /// The request as it came.
    pub request: &'a request::Parts,
    /// The answer; none where the service failed or nobody waited for it: whether it was done is then in doubt.
    pub answer: Option<&'a response::Parts>,
}
