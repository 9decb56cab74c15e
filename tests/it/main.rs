//! The one integration binary: real sockets on port 0, a real store, real receivers.

mod confirmed_stop;
mod house;
mod kill;
mod road;
mod support;
