//! FHR: reading FHIR.

super::entries! {}
