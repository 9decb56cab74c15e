//! Reading. Every query takes the caller and sees what that caller may see; what is
//! out of scope is simply not there. Errors: WW-STO-001 (not available), -005 (a row
//! does not read back).

mod cases;
mod history;
mod integrity;
mod operating;
mod outbox;
mod requests;

use crate::problem::Problem;

type Read<T> = Result<T, Problem>;
