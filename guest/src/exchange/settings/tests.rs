//! Settings documents, right and wrong.
