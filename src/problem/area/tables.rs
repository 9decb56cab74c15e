//! MAP: mapping tables.

super::entries! {}
