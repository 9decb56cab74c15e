//! The provider API over real sockets.
