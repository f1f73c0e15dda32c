//! Who asks: every request to the API is known by its token, or by the operator's word that none is needed.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;

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
    tokens: Tokens,
    anonymous: bool,
    requests: DefaultKeyedRateLimiter<IpAddr>,
    wrong: DefaultKeyedRateLimiter<IpAddr>,
}

impl Guard {
    /// Lets in who has one of the tokens; with `anonymous`, anybody as an operator.
    pub fn new(tokens: Tokens, anonymous: bool) -> Self {
        let requests = RateLimiter::keyed(Quota::per_second(PER_SECOND));
        let wrong = RateLimiter::keyed(Quota::per_minute(WRONG_PER_MINUTE));
        Self { tokens, anonymous, requests, wrong }
    }

    fn caller(&self, headers: &HeaderMap, address: IpAddr) -> Result<Caller, Refusal> {
        self.requests.check_key(&address).map_err(|_| Refusal::too_many())?;
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = given.and_then(|given| given.strip_prefix("Bearer ")).map(str::trim);
        match token {
            Some(token) => match self.tokens.holder(token) {
                Some(holder) => Ok(Caller { name: holder.name.clone(), role: holder.role, address, anonymous: false }),
                // Guessing is slowed down; the right token is never refused for it.
                None if self.wrong.check_key(&address).is_err() => Err(Refusal::too_many()),
                None => Err(Refusal::unauthorized()),
            },
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

/// Lets a request through with its caller, or refuses it.
pub async fn admit(
    State(guard): State<Arc<Guard>>,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    match guard.caller(request.headers(), address.ip()) {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn asked(guard: &Guard, token: Option<&str>) -> Result<Role, Refusal> {
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
        }
        guard.caller(&headers, HOME).map(|caller| caller.role)
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
    fn caller_with_many_wrong_tokens_is_slowed_down_but_the_right_one_is_not() {
        let mut tokens = Tokens::default();
        let token = tokens.add("ann", Role::Auditor).unwrap();
        let guard = Guard::new(tokens, false);
        let refused = (0..100).map(|_| asked(&guard, Some("wrong"))).filter(|asked| *asked == Err(Refusal::too_many())).count();
        assert!(refused >= 70, "{refused}");
        assert_eq!(asked(&guard, Some(&token)), Ok(Role::Auditor));
    }
}
