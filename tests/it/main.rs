//! The one integration binary: real sockets on port 0, a real store, real receivers.

mod correct;
mod house;
mod parked;
mod reports;
mod returns;
mod road;
mod same_person;
mod support;
