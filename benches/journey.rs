//! The journey of one referral, in CPU time.

fn main() {}
