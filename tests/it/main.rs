//! The one integration binary: real sockets on port 0, a real store, real receivers.

mod confirmed_stop;
mod correct;
mod documents;
mod house;
mod kill;
mod parked;
mod receiver;
mod reports;
mod returns;
mod road;
mod same_person;
mod support;
