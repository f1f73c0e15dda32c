//! What is available, what webhooks were told of it, and the records themselves.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::response::{IntoResponse, Response};
use form_urlencoded::Serializer;

use super::admit::Admitted;
use super::entry::{Entry, Sent};
use super::{json, written};
use crate::book::Subscription;
use crate::content_id::ContentId;
use crate::content_type::ContentType;
use crate::error::Error;
use crate::fault::Fault;
use crate::feed::Feed;
use crate::period::{self, LIFE, Period};

type Shared = State<Arc<Feed>>;

/// A page of a list that was asked for.
struct Page {
    content_type: ContentType,
    subscription: i64,
    period: Period,
    /// The number of the last entry of the page before.
    after: i64,
}

impl Page {
    async fn asked(feed: &Arc<Feed>, admitted: &Admitted) -> Result<Self, Fault> {
        let parameters = &admitted.parameters;
        let content_type = parameters.content_type()?;
        let period = Period::asked(parameters.get("startTime"), parameters.get("endTime"), actlog_store::now())?;
        let after = parameters.get("nextPage").map(place).transpose()?.unwrap_or(0);
        let subscription = enabled(feed, admitted, content_type).await?.no;
        Ok(Page { content_type, subscription, period, after })
    }

    /// What is written after a page: the address of the next one, if there is one.
    fn answer(&self, admitted: &Admitted, operation: &str, body: Vec<u8>, next: Option<i64>) -> Response {
        let mut answer = json(body);
        let Some(last) = next else { return answer };
        let mut query = Serializer::new(String::new());
        query.append_pair("contentType", self.content_type.name());
        query.append_pair("startTime", &period::write(self.period.start)).append_pair("endTime", &period::write(self.period.end));
        query.append_pair("nextPage", &format!("{last:016x}"));
        if let Some(publisher) = admitted.parameters.get("PublisherIdentifier") {
            query.append_pair("PublisherIdentifier", publisher);
        }
        let uri = format!("{}/{}/activity/feed/subscriptions/{operation}?{}", admitted.base, admitted.tenant, query.finish());
        if let Ok(uri) = HeaderValue::try_from(uri) {
            answer.headers_mut().insert("NextPageUri", uri);
        }
        answer
    }
}

/// What `nextPage` says: 16 hexadecimal digits.
fn place(text: &str) -> Result<i64, Fault> {
    let digits = text.len() == 16 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let place = digits.then(|| i64::from_str_radix(text, 16).ok()).flatten();
    place.ok_or_else(|| Fault::NextPage(text.chars().take(64).collect()))
}

/// The subscription that must be there and enabled for anything to be had.
async fn enabled(feed: &Arc<Feed>, admitted: &Admitted, content_type: ContentType) -> Result<Subscription, Fault> {
    let (tenant, client) = (admitted.tenant, admitted.client);
    let subscription = feed.blocking(move |feed| feed.book.subscription(tenant, client, content_type)).await?;
    let subscription = subscription.ok_or(Fault::NoSubscription)?;
    if subscription.enabled { Ok(subscription) } else { Err(Fault::Disabled) }
}

/// `GET …/subscriptions/content`
pub(crate) async fn list(State(feed): Shared, admitted: Admitted) -> Result<Response, Fault> {
    let page = Page::asked(&feed, &admitted).await?;
    feed.doings.listed(admitted.client, admitted.tenant);
    if page.content_type != ContentType::General {
        return Ok(json(b"[]".to_vec()));
    }
    let (no, tenant, period, after, limit) = (page.subscription, admitted.tenant, page.period, page.after, feed.options.page);
    let mut blobs = feed.blocking(move |feed| feed.book.available(no, tenant, period, after, limit + 1)).await?;
    let more = blobs.len() > limit;
    blobs.truncate(limit);
    let next = blobs.last().filter(|_| more).map(|blob| blob.number);
    let entries: Vec<Entry> = blobs.iter().map(|blob| Entry::new(blob, feed.book.id, &admitted.base)).collect();
    Ok(page.answer(&admitted, "content", written(&entries), next))
}

/// `GET …/subscriptions/notifications`
pub(crate) async fn notifications(State(feed): Shared, admitted: Admitted) -> Result<Response, Fault> {
    let page = Page::asked(&feed, &admitted).await?;
    let (no, period, after, limit) = (page.subscription, page.period, page.after, feed.options.page);
    let mut sent = feed.blocking(move |feed| feed.book.notifications(no, period, after, limit + 1)).await?;
    let more = sent.len() > limit;
    sent.truncate(limit);
    let next = sent.last().filter(|_| more).map(|sent| sent.no);
    let entries: Vec<Sent> = sent.iter().map(|sent| Sent::new(sent, feed.book.id, &admitted.base)).collect();
    Ok(page.answer(&admitted, "notifications", written(&entries), next))
}

/// `GET …/audit/{contentId}`
pub(crate) async fn content(State(feed): Shared, admitted: Admitted) -> Result<Response, Fault> {
    let given: String = admitted.content.clone().unwrap_or_default().chars().take(256).collect();
    let id = ContentId::read(&given).ok_or_else(|| Fault::ContentId(given.clone()))?;
    let no = enabled(&feed, &admitted, ContentType::General).await?.no;
    if id.tenant != admitted.tenant || id.feed != feed.book.id {
        return Err(Fault::NoContent(given));
    }
    let found = feed.blocking(move |feed| -> Result<_, Error> {
        let Some(blob) = feed.book.blob(no, id.number)?.filter(|blob| blob.id(feed.book.id) == id) else {
            // The entry of what has expired long ago is not kept, but its id says when it was made.
            let was = id.number <= feed.book.newest()? && id.created <= actlog_store::now() - LIFE;
            return Ok(Err(if was { Fault::Expired } else { Fault::NoContent }));
        };
        if blob.created <= actlog_store::now() - LIFE {
            return Ok(Err(Fault::Expired));
        }
        Ok(feed.content(&blob.cut)?.ok_or(Fault::Expired as fn(String) -> Fault))
    });
    let body = found.await?.map_err(|fault| fault(given))?;
    feed.doings.fetched(admitted.client, admitted.tenant, body.len());
    Ok(json(body).into_response())
}
