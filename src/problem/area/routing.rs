//! RTE: choosing a provider.

super::entries! {}
