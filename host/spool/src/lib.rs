//! A spool on disk, between what comes in and what is slow.
//!
//! Frames of bytes go in at the end and come out in order; what has been acknowledged is forgotten, and its files are removed.
//! Every frame is checksummed, many appends share one sync, and the whole is bounded. `FORMAT.md` tells the form of the files.
//!
//! ```
//! use actlog_spool::{Options, Spool};
//!
//! # let folder = std::env::temp_dir().join(format!("actlog-spool-doc-{}", std::process::id()));
//! let (spool, mut reader, recovery) = Spool::open(&folder, Options::default())?;
//! assert!(recovery.damage.is_empty());
//! let number = spool.append(b"an event".to_vec()).wait()?; // now it is on the disk
//!
//! let frames = reader.read(64, 1 << 20)?;
//! assert_eq!(frames[0].payload, b"an event");
//! spool.acknowledge(number)?; // and will not come again
//! # drop((spool, reader));
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What an embedder should know:
//!
//! - An append that succeeded survives the process; with [`Durability::Disk`] the machine, too. One that failed may still come out.
//! - What was not acknowledged comes again after a restart: at least once, in the same order, under the same numbers.
//! - A full spool refuses, at once and with [`Error::Full`]; it never overwrites and never waits for room.
//! - Damage is reported with its bytes and skipped to the next whole frame. The end of a write that was interrupted is no damage.
//! - One process at a time: the folder is locked.

#![deny(unsafe_code)]

mod append;
mod cursor;
mod error;
mod folder;
mod frame;
mod lane;
mod options;
mod reader;
mod recovery;
mod rereader;
mod scan;
mod segment;
mod spool;
mod writer;

pub use append::Append;
pub use error::Error;
pub use frame::{Frame, MAX_FRAME_BYTES, Place};
pub use options::{Durability, Options};
pub use reader::Reader;
pub use recovery::{Damage, Recovery};
pub use rereader::Rereader;
pub use spool::Spool;
