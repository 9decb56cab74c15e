//! Postcodes and practices, looked up in installed files.
