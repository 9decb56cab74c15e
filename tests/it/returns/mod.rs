//! A person on the way back: who is told, by which way, and who holds the person until
//! that has been heard.

mod by_operator;
mod channels;
mod reported;
mod told;
