//! An exchange: what was asked, and what is known of the answer.

use std::net::SocketAddr;

use uuid::Uuid;

/// Names in lower case, values as they came, in order. Secrets are reduced.
pub type Headers = Vec<(String, Vec<u8>)>;

/// What was asked, and what is known of the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Its id, made when the request came: the same each time the exchange is handed out.
    pub id: Uuid,
    /// When the request came, in milliseconds since 1970 by the proxy's clock.
    pub began: i64,
    /// The other end of the connection, as the proxy saw it.
    pub client: SocketAddr,
    /// The method, as it came.
    pub method: String,
    /// Path and query as they came, except that values of parameters that are secrets are left out.
    pub target: String,
    /// `https` or `http`: how the client came.
    pub scheme: String,
    /// The authority that the client asked for; empty where it named none.
    pub authority: String,
    /// The request's headers as they went up, without secrets. Claims of a bearer token stand under
    /// [`CLAIMS_HEADER`](crate::CLAIMS_HEADER).
    pub request_headers: Headers,
    /// The request's body.
    pub request_body: Body,
    /// The answer's status; `None`: in doubt, the upstream may have acted or not.
    pub status: Option<u16>,
    /// The answer's headers, without secrets.
    pub response_headers: Headers,
    /// The answer's body.
    pub response_body: Body,
    /// How it ended.
    pub ended: Ended,
}

impl Exchange {
    /// Whether nobody knows what the upstream did.
    pub fn is_in_doubt(&self) -> bool {
        self.status.is_none()
    }
}

/// The beginning of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// The first bytes, decompressed.
    pub bytes: Vec<u8>,
    /// Whether that is all of it.
    pub whole: bool,
    /// Bytes that passed, as they were sent; `None` where that is not known.
    pub length: Option<u64>,
    /// Whether `bytes` can be read: false where the compression is unknown or broken, or the type is not one that is kept.
    pub readable: bool,
}

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The whole answer went down.
    Whole,
    /// The answer was cut off: by the upstream, the client, or a timeout.
    Cut,
    /// No answer came: the connection to the upstream broke, or it took too long.
    NoAnswer,
    /// Not known: the proxy ended first, or the exchange took longer than the journal could wait.
    Unknown,
}
