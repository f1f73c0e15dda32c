//! Who asks: every request to the API is known by its token, or by the operator's word that none is needed.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use axum::Extension;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::access::{Role, Tokens};
use super::reply::Refusal;

/// Requests a second from one address, and how many at once.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(500).unwrap();
/// Wrong tokens a minute from one address.
const WRONG_PER_MINUTE: NonZeroU32 = NonZeroU32::new(20).unwrap();

/// Somebody who may ask.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The token's name, or `anonymous`.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Where they ask from.
    pub address: IpAddr,
    /// Whether no token was needed.
    pub anonymous: bool,
}

/// Knows who may ask.
pub struct Guard {
    tokens: RwLock<Tokens>,
    anonymous: bool,
    requests: DefaultKeyedRateLimiter<IpAddr>,
    wrong: DefaultKeyedRateLimiter<IpAddr>,
}

impl Guard {
    /// Lets in who has one of the tokens; with `anonymous`, anybody as an operator.
    pub fn new(tokens: Tokens, anonymous: bool) -> Self {
        let requests = RateLimiter::keyed(Quota::per_second(PER_SECOND));
        let wrong = RateLimiter::keyed(Quota::per_minute(WRONG_PER_MINUTE));
        Self { tokens: RwLock::new(tokens), anonymous, requests, wrong }
    }

    /// From now on these tokens are known, and no others.
    pub fn set_tokens(&self, tokens: Tokens) {
        *self.tokens.write().unwrap_or_else(PoisonError::into_inner) = tokens;
    }

    fn tokens(&self) -> RwLockReadGuard<'_, Tokens> {
        self.tokens.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn caller(&self, headers: &HeaderMap, host: Option<&str>, address: IpAddr) -> Result<Caller, Refusal> {
        self.requests.check_key(&address).map_err(|_| Refusal::too_many())?;
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|given| given.strip_prefix("Bearer ")).map(str::trim);
        match token {
            Some(token) => match self.tokens().holder(token) {
                Some(holder) => Ok(Caller { name: holder.name.clone(), role: holder.role, address, anonymous: false }),
                // Guessing is slowed down; the right token is never refused for it.
                None if self.wrong.check_key(&address).is_err() => Err(Refusal::too_many()),
                None => Err(Refusal::unauthorized()),
            },
            // A page of somebody else's, in a browser on this machine, must not ask in the user's place.
            None if self.anonymous && !is_from_here(headers, host) => Err(Refusal::forbidden("ask from another site")),
            None if self.anonymous => Ok(Caller { name: "anonymous".to_owned(), role: Role::Operator, address, anonymous: true }),
            None => Err(Refusal::unauthorized()),
        }
    }

    /// Forgets addresses that have not asked for a while.
    pub fn tidy(&self) {
        self.requests.retain_recent();
        self.wrong.retain_recent();
    }
}

/// Whether a request names this machine, and comes from no other site's page.
fn is_from_here(headers: &HeaderMap, host: Option<&str>) -> bool {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let Some(host) = host.or_else(|| text(header::HOST)) else { return false };
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit())).map_or(host, |(name, _)| name);
    let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    let is_local = name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback());
    is_local && text(header::ORIGIN).is_none_or(|origin| origin == format!("http://{host}"))
}

/// Lets a request through with its caller, or refuses it.
pub async fn admit(
    State(guard): State<Arc<Guard>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let host = request.uri().authority().map(|authority| authority.as_str().to_owned());
    match guard.caller(request.headers(), host.as_deref(), address.ip()) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// What an address is for, and so whose token opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Reading records.
    Read,
    /// Sending events.
    Send,
    /// Seeing how the program is set up.
    Operate,
    /// Seeing what is counted.
    Observe,
}

/// Lets through whoever has the right; `admit` has said who it is.
pub async fn allow(State(right): State<Right>, Extension(caller): Extension<Caller>, request: Request, next: Next) -> Response {
    let (may, what) = match right {
        Right::Read => (caller.role.reads(), "read records"),
        Right::Send => (caller.role.sends(), "send events"),
        Right::Operate => (caller.role.operates(), "see the settings"),
        Right::Observe => (caller.role.observes(), "see what is counted"),
    };
    if may { next.run(request).await } else { Refusal::forbidden(what).into_response() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn asked(guard: &Guard, token: Option<&str>) -> Result<Role, Refusal> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:7300"));
        if let Some(token) = token {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
        }
        guard.caller(&headers, None, HOME).map(|caller| caller.role)
    }

    #[test]
    fn caller_by_token_and_by_none() {
        let mut tokens = Tokens::default();
        let token = tokens.add("ann", Role::Auditor).unwrap();
        let guard = Guard::new(tokens.clone(), false);
        assert_eq!(asked(&guard, Some(&token)), Ok(Role::Auditor));
        assert_eq!(asked(&guard, Some("actlog-wrong")), Err(Refusal::unauthorized()));
        assert_eq!(asked(&guard, None), Err(Refusal::unauthorized()));
        let open = Guard::new(tokens, true);
        assert_eq!(asked(&open, None), Ok(Role::Operator));
        assert_eq!(asked(&open, Some("actlog-wrong")), Err(Refusal::unauthorized()), "a wrong token is not as good as none");
    }

    #[test]
    fn caller_without_a_token_must_ask_for_this_machine_and_from_it() {
        let guard = Guard::new(Tokens::default(), true);
        let asked = |host: &'static str, origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            origin.map(|origin| headers.insert(header::ORIGIN, HeaderValue::from_static(origin)));
            guard.caller(&headers, None, HOME).is_ok()
        };
        for host in ["127.0.0.1:7300", "localhost:7300", "[::1]:7300", "localhost"] {
            assert!(asked(host, None), "{host}");
        }
        assert!(asked("127.0.0.1:7300", Some("http://127.0.0.1:7300")));
        for host in ["evil.example", "evil.example:7300", "127.0.0.1.evil.example", "10.0.0.1:7300", ""] {
            assert!(!asked(host, None), "{host}");
        }
        for origin in ["http://evil.example", "https://127.0.0.1:7300", "null", "http://127.0.0.1:8080"] {
            assert!(!asked("127.0.0.1:7300", Some(origin)), "{origin}");
        }
        assert!(guard.caller(&HeaderMap::new(), None, HOME).is_err());
    }

    #[test]
    fn caller_with_many_wrong_tokens_is_slowed_down_but_the_right_one_is_not() {
        let mut tokens = Tokens::default();
        let token = tokens.add("ann", Role::Auditor).unwrap();
        let guard = Guard::new(tokens, false);
        let refused = (0..100).map(|_| asked(&guard, Some("wrong"))).filter(|asked| *asked == Err(Refusal::too_many())).count();
        assert!(refused >= 70, "{refused}");
        assert_eq!(asked(&guard, Some(&token)), Ok(Role::Auditor));
    }
}
