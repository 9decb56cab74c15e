//! REF: what a message says.

super::entries! {}
