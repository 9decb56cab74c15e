//! The one integration binary: real sockets on port 0, a real store, real receivers.

mod documents;
mod house;
mod road;
mod support;
