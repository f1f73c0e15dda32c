//! What is answered, address by address.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use actlog_store::{Cursor, Query, Reader, Report};
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{Path, Query as Asked, State as With};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json_, json};
use tokio::sync::mpsc::channel;
use tokio_stream::wrappers::ReceiverStream;
use uuid::Uuid;

use super::answers::{Listed, Listing, Opened, Seal, Seen, stages};
use super::current::Current;
use super::demo as demonstration;
use super::guard::Caller;
use super::operation::{Operation, RuleDoings};
use super::own::Deed;
use super::reply::Refusal;
use super::state::State;
use super::writer::MOST_WAITING;
use crate::ordered::Value;
use crate::review::csv::{COLUMNS, Sheet};
use crate::review::question::{self, Question};
use crate::review::reports::{self as named, Asked as Needed};
use crate::review::{chart, html, ocsf, source};

type Answer = Result<Response, Refusal>;
type Shared = With<Arc<State>>;

/// Rows of a page of a list.
const PAGE: usize = 50;
const MOST_PAGE: usize = 500;

/// Where a list goes on, and how long a page is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Place {
    limit: Option<usize>,
    after: Option<String>,
    format: Option<String>,
}

impl Place {
    fn cursor(&self) -> Result<Option<Cursor>, Refusal> {
        let given = self.after.as_deref().filter(|after| !after.is_empty());
        given.map(|after| after.parse().map_err(|error| Refusal::bad_request(format!("{error}")))).transpose()
    }

    fn limit(&self) -> usize {
        self.limit.unwrap_or(PAGE).clamp(1, MOST_PAGE)
    }
}

/// What a report is asked for.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Range {
    from: Option<String>,
    to: Option<String>,
    user: Option<String>,
    record_ids: Option<String>,
    format: Option<String>,
}

fn refused(error: impl std::fmt::Display) -> Refusal {
    Refusal::failed(error.to_string())
}

/// Refuses everybody where search is turned off.
fn searchable(state: &State) -> Result<(), Refusal> {
    if state.in_force.get().search { Ok(()) } else { Err(Refusal::search_off()) }
}

/// Records what is about to be done.
async fn admitted(
    state: &Arc<State>,
    caller: &Caller,
    deed: Deed,
    record: Option<&str>,
    about: &[(String, String)],
) -> Result<(), Refusal> {
    searchable(state)?;
    let recorded = state.own.record(&caller.name, caller.role, Some(caller.address.to_string()), deed, record, about).await;
    recorded.map_err(|why| Refusal::unavailable(format!("what is asked cannot be recorded now, so it is not answered: {why}")))
}

/// `POST /events`
pub async fn events(With(state): Shared, Extension(caller): Extension<Caller>, body: Result<Bytes, BytesRejection>) -> Answer {
    let most = state.ingest.most_bytes;
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::too_large(format!(
            "this is over {most} bytes, and nothing of it was taken; send fewer events at once (serve --max-body-bytes sets the limit)"
        )),
        _ => Refusal::bad_request(format!("the request was not whole, and nothing of it was taken: {rejection}")),
    })?;
    Ok(state.ingest.clone().take(caller.name, body.to_vec()).await)
}

/// `GET /api/me`
pub async fn me(With(state): Shared, Extension(caller): Extension<Caller>) -> Json<Json_> {
    Json(json!({
        "Role": caller.role,
        "Name": caller.name,
        "Anonymous": caller.anonymous,
        "EventsUrl": state.events_url,
        "Version": env!("CARGO_PKG_VERSION"),
    }))
}

/// `GET /api/search`
pub async fn search(
    With(state): Shared,
    Extension(caller): Extension<Caller>,
    Asked(asked): Asked<Question>,
    Asked(place): Asked<Place>,
) -> Answer {
    let query = asked.query().map_err(Refusal::bad_request)?;
    let (limit, after) = (place.limit(), place.cursor()?);
    // A list without any filter, and its further pages, are the page's own look at what is new.
    if !asked.given().is_empty() || after.is_some() {
        admitted(&state, &caller, Deed::Search, None, &asked.given()).await?;
    } else {
        searchable(&state)?;
    }
    let listing = state.ask(move |_, reader| {
        let page = reader.search(&query, limit, after).map_err(refused)?;
        let empty = page.rows.is_empty() && reader.search(&Query::default(), 1, None).map_err(refused)?.rows.is_empty();
        // The first page says how many there are in all.
        let count = if after.is_none() { Some(reader.count_quickly(&query).map_err(refused)?) } else { None };
        Ok(Listing { rows: page.rows.into_iter().map(Listed::from).collect(), next: page.next.map(|next| next.to_string()), empty, count })
    });
    Ok(Json(listing.await?).into_response())
}

/// `GET /api/records/{source}`
pub async fn record(With(state): Shared, Extension(caller): Extension<Caller>, Path(source_id): Path<String>) -> Answer {
    let ids = source_id.split_once('.').and_then(|(one, other)| Some((Uuid::try_parse(one).ok()?, Uuid::try_parse(other).ok()?)));
    let Some((organization, correlation)) = ids else { return Err(Refusal::bad_request("that is no source record")) };
    admitted(&state, &caller, Deed::Open, Some(&correlation.to_string()), &[]).await?;
    let opened = state.ask(move |state, reader| {
        let row = reader.source(organization, correlation).map_err(refused)?.ok_or_else(|| Refusal::not_found("such record"))?;
        let record = source::whole(&state.engine, &row).map_err(refused)?;
        let parts = row.parts.iter().map(|part| serde_json::from_slice(&part.bytes)).collect::<Result<_, _>>().map_err(refused)?;
        let last = row.parts.iter().map(|part| part.seq).max().unwrap_or_default();
        let seal = reader.sealed(last).map_err(refused)?.map(Seal::from);
        let ocsf = ocsf::event(&record).map_err(refused)?;
        Ok(Opened { stages: stages(&state.in_force.get().filter, &record), record, ocsf, parts, seal })
    });
    Ok(Json(opened.await?).into_response())
}

/// `GET /api/seen/{record}`
pub async fn seen(
    With(state): Shared,
    Extension(caller): Extension<Caller>,
    Path(record): Path<String>,
    Asked(place): Asked<Place>,
) -> Answer {
    let id = Uuid::try_parse(&record).map_err(|_| Refusal::bad_request(format!("'{record}' is no GUID")))?;
    let (limit, after) = (place.limit(), place.cursor()?);
    admitted(&state, &caller, Deed::Search, None, &[("RecordId".to_owned(), id.to_string())]).await?;
    let listing = state.ask(move |_, reader| {
        let page = reader.who_saw(id, limit, after).map_err(refused)?;
        Ok(Listing {
            rows: page.rows.into_iter().map(Seen::from).collect(),
            next: page.next.map(|next| next.to_string()),
            empty: false,
            count: None,
        })
    });
    Ok(Json(listing.await?).into_response())
}

/// `GET /api/reports`
pub async fn reports(With(state): Shared) -> Json<Vec<named::Entry>> {
    Json(named::all(&state.in_force.get().reports))
}

/// Runs a report, which is recorded as `deed`.
async fn run(state: &Arc<State>, caller: &Caller, name: &str, range: &Range, deed: Deed) -> Result<Report, Refusal> {
    let needed = Needed { user: range.user.as_deref(), record_ids: range.record_ids.as_deref() };
    let kind = named::kind(name, &needed, &state.in_force.get().reports).map_err(Refusal::bad_request)?;
    let asked = Question { from: range.from.clone(), to: range.to.clone(), user: range.user.clone(), ..Question::default() };
    let query = asked.query().map_err(Refusal::bad_request)?;
    let mut about = asked.given();
    about.push(("Report".to_owned(), name.to_owned()));
    about.extend(range.record_ids.clone().map(|ids| ("RecordIds".to_owned(), ids)));
    admitted(state, caller, deed, None, &about).await?;
    state.ask(move |_, reader: &Reader| reader.report(&kind, query.from, query.to).map_err(refused)).await
}

/// `GET /api/reports/{name}`
pub async fn report(
    With(state): Shared,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    Asked(range): Asked<Range>,
) -> Answer {
    let report = run(&state, &caller, &name, &range, Deed::Report).await?;
    let kind = |at: usize| match report.rows.iter().filter_map(|row| row.get(at)).find(|value| **value != actlog_store::Value::None) {
        Some(actlog_store::Value::Number(_)) => "number",
        Some(actlog_store::Value::Time(_)) => "time",
        _ => "text",
    };
    let columns: Vec<Json_> = report.columns.iter().enumerate().map(|(at, name)| json!({"Name": name, "Kind": kind(at)})).collect();
    let chart = chart::of(&report);
    Ok(Json(json!({"Name": name, "Title": report.title, "Columns": columns, "Rows": report.rows, "Chart": chart})).into_response())
}

/// `GET /api/reports/{name}/export`
pub async fn export_report(
    With(state): Shared,
    Extension(caller): Extension<Caller>,
    Path(name): Path<String>,
    Asked(range): Asked<Range>,
) -> Answer {
    let report = run(&state, &caller, &name, &range, Deed::Export).await?;
    match range.format.as_deref() {
        Some("json") => Ok(file(&format!("{name}.json"), "application/json", serde_json::to_vec(&report).map_err(refused)?)),
        Some("html") => {
            let asked = Question { from: range.from, to: range.to, ..Question::default() };
            let page = html::page(&report, &question::range(&asked), &question::now()).map_err(refused)?;
            Ok(file(&format!("{name}.html"), "text/html; charset=utf-8", page.into_bytes()))
        }
        Some("csv") | None => {
            let mut bytes = Vec::new();
            let mut sheet = Sheet::new(&mut bytes, report.columns.iter().map(String::as_str)).map_err(refused)?;
            report.rows.iter().try_for_each(|row| sheet.row(row.iter().map(actlog_store::Value::to_text))).map_err(refused)?;
            sheet.finish().map_err(refused)?;
            Ok(file(&format!("{name}.csv"), "text/csv; charset=utf-8", bytes))
        }
        Some(other) => Err(Refusal::bad_request(format!("there is no format '{other}'; there are csv, json and html"))),
    }
}

/// `GET /api/export`
pub async fn export(
    With(state): Shared,
    Extension(caller): Extension<Caller>,
    Asked(asked): Asked<Question>,
    Asked(place): Asked<Place>,
) -> Answer {
    let query = asked.query().map_err(Refusal::bad_request)?;
    let (form, name, kind) = match place.format.as_deref() {
        Some("json") => (Exported::Json, "records.ndjson", "application/x-ndjson"),
        Some("ocsf") => (Exported::Ocsf, "records-ocsf.ndjson", "application/x-ndjson"),
        Some("csv") | None => (Exported::Csv, "records.csv", "text/csv; charset=utf-8"),
        Some(other) => return Err(Refusal::bad_request(format!("there is no format '{other}'; there are csv, json and ocsf"))),
    };
    admitted(&state, &caller, Deed::Export, None, &asked.given()).await?;
    Ok(file(name, kind, Body::from_stream(exported(&state, query, form))))
}

/// The form of an export.
#[derive(Clone, Copy)]
enum Exported {
    Csv,
    Json,
    Ocsf,
}

/// Records as they are found, a piece at a time: whoever reads slowly holds up the search, and nothing else. An error ends the
/// file before its end, which the reader notices.
fn exported(state: &Arc<State>, query: Query, form: Exported) -> ReceiverStream<Result<Vec<u8>, String>> {
    let (sender, pieces) = channel(2);
    let asked = state.clone();
    tokio::spawn(async move {
        let failed = sender.clone();
        let found = asked.ask(move |state, reader| {
            let mut after = None;
            let mut first = true;
            loop {
                let page = reader.search(&query, MOST_PAGE, after).map_err(refused)?;
                let records = source::all_whole(&state.engine, &page.rows).map_err(refused)?;
                let piece = match form {
                    Exported::Csv => csv(&records, std::mem::take(&mut first)),
                    Exported::Json => ndjson(&records),
                    Exported::Ocsf => records.iter().map(ocsf::event).collect::<Result<Vec<_>, _>>().and_then(|events| ndjson(&events)),
                };
                // Whoever asked has gone.
                if sender.blocking_send(Ok(piece.map_err(refused)?)).is_err() {
                    return Ok(());
                }
                after = page.next;
                if after.is_none() {
                    return Ok(());
                }
            }
        });
        if found.await.is_err() {
            let _ = failed.send(Err("the records could not be read to their end".to_owned())).await;
        }
    });
    ReceiverStream::new(pieces)
}

fn ndjson(records: &[impl Serialize]) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for record in records {
        serde_json::to_writer(&mut bytes, record)?;
        bytes.push(b'\n');
    }
    Ok(bytes)
}

fn csv(records: &[Value], with_headings: bool) -> anyhow::Result<Vec<u8>> {
    let mut sheet = if with_headings { Sheet::new(Vec::new(), COLUMNS)? } else { Sheet::going_on(Vec::new()) };
    records.iter().try_for_each(|record| sheet.record(record))?;
    Ok(sheet.into_inner()?)
}

/// A file to be saved.
fn file(name: &str, kind: &str, content: impl Into<Body>) -> Response {
    let mut headers = HeaderMap::new();
    let saved = format!("attachment; filename=\"{name}\"");
    for (header, value) in [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, saved.as_str())] {
        if let Ok(value) = value.parse() {
            headers.insert(header, value);
        }
    }
    (headers, content.into()).into_response()
}

/// `GET /api/settings`
pub async fn settings(With(state): Shared) -> Answer {
    let current = state.in_force.get();
    let Current { text, search, retention_days, .. } = &*current;
    Ok(Json(json!({"Text": text, "Search": search, "RetentionDays": retention_days, "Rules": RuleDoings::all(&state.rules)}))
        .into_response())
}

/// `GET /api/operation`
pub async fn operation(With(state): Shared) -> Answer {
    let asked = state.clone();
    let operation = state.ask(move |_, _| Ok(Operation::now(&asked))).await?;
    Ok(Json(operation).into_response())
}

/// `GET /api/counts`
pub async fn counts(With(state): Shared) -> Answer {
    let totals = state.account.lock().unwrap_or_else(PoisonError::into_inner).totals;
    let (stored, sources) = state.ask(|_, reader| reader.size().map_err(refused)).await?;
    let mut counts = serde_json::to_value(totals).map_err(refused)?;
    counts["Stored"] = stored.into();
    counts["Sources"] = sources.into();
    counts["Since"] = state.since.clone().into();
    counts["Waiting"] = state.vitals.waiting.load(Ordering::Relaxed).into();
    counts["NotReady"] = state.vitals.reasons(MOST_WAITING).into();
    Ok(Json(counts).into_response())
}

/// `GET /api/catalog`
pub async fn catalog(With(state): Shared) -> Answer {
    let names = state.ask(|state, _| {
        let catalog: Json_ = serde_json::from_str(&state.engine.catalog().map_err(refused)?).map_err(refused)?;
        let names = |section: &str, key: &str| -> Vec<String> {
            let rows = catalog[section].as_array().cloned().unwrap_or_default();
            rows.iter().filter_map(|row| row[key].as_str().map(str::to_owned)).collect()
        };
        let categories: std::collections::BTreeSet<String> = names("messages", "category").into_iter().collect();
        Ok(json!({"Messages": names("messages", "name"), "Categories": categories, "Activities": actlog_store::ACTIVITIES}))
    });
    Ok(Json(names.await?).into_response())
}

/// `POST /api/demo`
pub async fn demo(With(state): Shared) -> Answer {
    let records = state.ask(|state, _| demonstration::records(&state.engine).map_err(refused)).await?;
    let stored = records.iter().filter(|&&byte| byte == b'\n').count();
    state.ingest.append(records).await?;
    Ok(Json(json!({"Stored": stored})).into_response())
}
