//! Review: what is asked of the store, and how answers are shown.

pub mod chart;
pub mod csv;
pub mod html;
pub mod ocsf;
pub mod question;
pub mod reports;
pub mod source;
