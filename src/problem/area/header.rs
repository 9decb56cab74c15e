//! HDR: the headers of a request.

super::entries! {}
