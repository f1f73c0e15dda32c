//! Keeps audit records: in one SQLite file, sealed so that nobody can change them unnoticed, and ready to be searched.
//!
//! A [`Store`] is the one writer of a file. [`Reader`]s answer: [`search`](Reader::search), [`who_saw`](Reader::who_saw),
//! [`report`](Reader::report). [`verify`] finds every record that was changed, removed, added or moved since it was sealed.
//!
//! ```
//! use actlog_store::{Options, Query, Reader, Store, verify};
//!
//! # let folder = std::env::temp_dir().join(format!("actlog-store-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! let path = folder.join("audit.db");
//! let mut store = Store::open(&path, Options::default())?;
//! let records = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/records.ndjson")); // as `actlog run` writes them
//! let appended = store.append(records)?; // now they are on the disk
//! assert_eq!(appended.stored, 30);
//! let key = store.public_key(); // keep it elsewhere
//! store.close()?; // seals what is left
//!
//! let reader = Reader::open(&path)?;
//! let page = reader.search(&Query { message: Some("Retrieve".to_owned()), ..Query::default() }, 50, None)?;
//! assert_eq!(page.rows[0].category.as_deref(), Some("Read"));
//! assert!(verify(&path, Some(key))?.is_intact());
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What an embedder should know:
//!
//! - Records are kept to the byte. A record that comes again is passed over; one with the same `Id` and other bytes is a conflict,
//!   which [`Appended`] reports, and what is there stays.
//! - The parts of a split record are found as one [`Row`] with all parts, for the caller to join.
//! - A column that `Spread` names is found by the piece of it in the part that came first.
//! - A replay of what retention has deleted is stored again, and deleted again.
//! - A sealed store proves itself against its public key, and its end against the head file. Whoever replaces store, head and
//!   all with an older copy is noticed only by who has kept a newer head, or the number of seals, elsewhere.

#![deny(unsafe_code)]

mod error;
mod head;
mod hex;
mod identity;
mod key;
mod names;
mod options;
mod page;
mod query;
mod reader;
mod record;
mod reports;
mod retention;
mod rows;
mod schema;
mod seal;
mod sealed;
mod sightings;
mod store;
mod tail;
mod tail_reader;
mod text;
mod time;
mod verify;

pub use error::Error;
pub use key::PublicKey;
pub use options::Options;
pub use page::{Count, Cursor, Page, Part, Row};
pub use query::Query;
pub use reader::{Reader, Stream};
pub use reports::{ACTIVITIES, Report, ReportKind, Series, Value};
pub use retention::{DEFAULT_DAYS, Retained, days_ago};
pub use schema::VERSION;
pub use sealed::Sealed;
pub use sightings::{How, Sighting};
pub use store::{Appended, Store};
pub use tail_reader::Placed;
pub use time::{format_time, now, parse_time};
pub use verify::{Finding, VerifyReport, verify, verify_with};
