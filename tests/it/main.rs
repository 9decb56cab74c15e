//! The one integration binary: real sockets on port 0, a real store, real receivers.

mod house;
mod receiver;
mod road;
mod support;
