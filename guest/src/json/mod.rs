//! JSON, read by pulling and written by appending. Nothing here builds a tree, recurses without a bound or allocates
//! for what it reads.

mod reader;
mod scan;
mod text;
pub mod write;

pub use reader::{MAX_DEPTH, Reader, Value};
pub use text::{OwnedText, Text};
