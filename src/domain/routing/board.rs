//! Whose people somebody is: by the board of the practice and that of the home.

use super::{Area, DamagedArea, Subject};

/// Whether the person is of this board by practice or home; none where neither tells a board.
pub(super) fn is_of_board(subject: &Subject<'_>, icb: &str) -> Option<bool> {
    let practice = subject.practice.as_ref().and_then(|one| one.icb.as_ref());
    let home = subject.residence.as_ref().and_then(|one| one.icb.as_ref());
    if practice.is_none() && home.is_none() {
        return None;
    }
    let mut boards = [practice, home].into_iter().flatten();
    Some(boards.any(|board| subject.successions.are_same(board, icb)))
}

/// Whether an area is of another board than the person; not where either is not known.
pub(super) fn is_of_others(area: &Area, subject: &Subject<'_>) -> bool {
    let icb = area.icb.as_deref();
    icb.and_then(|icb| is_of_board(subject, icb)) == Some(false)
}

/// Whether one of these may be the person's own area: what it would say nobody can tell. One
/// that names no board is that of nobody who is of a sound area's board.
pub(super) fn is_of_damaged(
    damaged: &[DamagedArea],
    areas: &[Area],
    subject: &Subject<'_>,
) -> bool {
    let is_placed = subject.residence.is_some() || subject.practice.is_some();
    if !is_placed {
        return false;
    }
    let is_of_a_sound_one = || {
        let mut boards = areas.iter().filter_map(|area| area.icb.as_deref());
        boards.any(|icb| is_of_board(subject, icb) == Some(true))
    };
    let may_be = |area: &DamagedArea| {
        let own = area.icb.as_deref();
        own.map_or_else(
            || !is_of_a_sound_one(),
            |icb| is_of_board(subject, icb) != Some(false),
        )
    };
    damaged.iter().any(may_be)
}
