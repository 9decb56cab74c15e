//! Health, metrics and the program as a process.
