//! The outside judge: stand-in parties over real sockets.
