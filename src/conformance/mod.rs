//! The outside judge: stand-in parties over real sockets.
//!
//! Nothing here imports what it judges (domain, gateway, adapters, the BaRS reader):
//! it speaks its own thin wire and its expectations are literals, so that a mistake in
//! the product cannot excuse itself (DESIGN section 3).

pub mod parties;
