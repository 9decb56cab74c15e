//! Exit codes of every verb.

/// Done; warnings included.
pub const OK: i32 = 0;
/// A finding of error severity.
pub const FINDING: i32 = 1;
/// The command line cannot be understood.
pub const USAGE: i32 = 2;
/// A machine or network cannot be reached.
pub const UNREACHABLE: i32 = 3;
/// A fault of ours.
pub const BUG: i32 = 70;
/// The configuration cannot be used.
pub const CONFIG: i32 = 78;

/// The code of a verb that has written its answer: a reader that closed the pipe
/// early, as `head` does, is no fault.
pub(super) fn after(written: &std::io::Result<()>, code: i32) -> i32 {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => BUG,
        _ => code,
    }
}
