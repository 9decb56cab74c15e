//! Sealing of personal data and keyed look-up hashes.
