//! The one integration binary: real sockets on port 0, a real store, real receivers.

mod delivery;
mod house;
mod operating;
mod provider;
mod road;
mod support;
