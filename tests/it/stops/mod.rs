//! Stops and corrections end to end: every holder hears and is awaited, nothing that was
//! stopped comes back by itself.

mod corrected;
mod death;
mod held;
mod recalled;
mod reports;
mod withdrawn;
