//! The one integration binary: real sockets on port 0, a real store, real receivers.

mod clocks;
mod confirmed_stop;
mod correct;
mod delivery;
mod demo;
mod documents;
mod hazards;
mod histories;
mod house;
mod kill;
mod load;
mod operating;
mod oracle;
mod other_birth_date;
mod pages;
mod parked;
mod places;
mod prohibited;
mod provider;
mod receiver;
mod refer_on;
mod reports;
mod returns;
mod road;
mod safety;
mod same_person;
#[cfg(feature = "postgres")]
mod several;
mod stops;
mod support;
mod tables;
#[path = "../../src/testing.rs"]
mod testing;
mod upkeep;
