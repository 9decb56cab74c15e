//! PRV: the provider API.

super::entries! {}
