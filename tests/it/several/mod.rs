//! Several gateway processes on one PostgreSQL: they are one gateway, whichever of them
//! is killed, and they live through the loss of their database.

mod fleet;
mod killed;
mod lost;
mod shared_work;
mod stop;
