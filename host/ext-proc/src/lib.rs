//! An external processor for Envoy.
