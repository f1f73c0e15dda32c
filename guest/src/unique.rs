//! Keeps the first of equal ids: a record counts once in its query's results.

use crate::guid::Guid;

/// Up to this many ids are compared one with another.
const FEW: usize = 12;

/// Buffers that are kept from one event to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    table: Vec<u32>,
    sorted: Vec<(Guid, u32)>,
}

/// Removes every id that stands further to the front already. The order stays.
pub fn retain_first(ids: &mut Vec<Guid>, scratch: &mut Scratch) {
    if ids.len() <= FEW {
        let mut kept = 0;
        for at in 0..ids.len() {
            let id = ids[at];
            if !ids[..kept].contains(&id) {
                ids[kept] = id;
                kept += 1;
            }
        }
        ids.truncate(kept);
    } else if !by_table(ids, &mut scratch.table) {
        by_sorting(ids, &mut scratch.sorted);
    }
}

/// A hash table with open addressing. Ids come from outside and could be chosen to collide, so the work is bounded:
/// false, and nothing done, where it would be too much.
fn by_table(ids: &mut Vec<Guid>, table: &mut Vec<u32>) -> bool {
    let size = (ids.len() * 2).next_power_of_two();
    let shift = 64 - size.trailing_zeros();
    table.clear();
    table.resize(size, 0);
    let mut work = ids.len() * 8;
    let mut repeated = false;
    for (position, &Guid(id)) in ids.iter().enumerate() {
        let folded = (id as u64) ^ ((id >> 64) as u64).rotate_left(29);
        let mut slot = (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> shift) as usize;
        loop {
            match table[slot] {
                0 => {
                    table[slot] = position as u32 + 1;
                    break;
                }
                other if ids[other as usize - 1].0 == id => {
                    repeated = true;
                    break;
                }
                _ if work == 0 => return false,
                _ => {
                    work -= 1;
                    slot = (slot + 1) & (size - 1);
                }
            }
        }
    }
    if repeated {
        // The table holds the first position of each id, so whatever is not in it is a repetition.
        let mut first: Vec<u32> = table.iter().copied().filter(|&position| position != 0).collect();
        first.sort_unstable();
        for (kept, position) in first.iter().enumerate() {
            ids[kept] = ids[*position as usize - 1];
        }
        ids.truncate(first.len());
    }
    true
}

fn by_sorting(ids: &mut Vec<Guid>, sorted: &mut Vec<(Guid, u32)>) {
    sorted.clear();
    sorted.extend(ids.iter().enumerate().map(|(position, &id)| (id, position as u32)));
    sorted.sort_unstable();
    sorted.dedup_by_key(|(id, _)| *id);
    sorted.sort_unstable_by_key(|&(_, position)| position);
    ids.clear();
    ids.extend(sorted.iter().map(|&(id, _)| id));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plainly(ids: &[Guid]) -> Vec<Guid> {
        let mut kept = Vec::new();
        for id in ids {
            if !kept.contains(id) {
                kept.push(*id);
            }
        }
        kept
    }

    proptest! {
        #[test]
        fn retain_first_any_ids_agrees_with_the_plain_way(numbers in proptest::collection::vec(0u128..60, 0..120)) {
            let ids: Vec<Guid> = numbers.into_iter().map(|number| Guid(number * 0x1_0000_0000_0000_0000_0001)).collect();
            let mut kept = ids.clone();
            retain_first(&mut kept, &mut Scratch::default());
            prop_assert_eq!(&kept, &plainly(&ids));
            let mut sorted = ids.clone();
            by_sorting(&mut sorted, &mut Vec::new());
            prop_assert_eq!(sorted, kept);
        }
    }

    #[test]
    fn retain_first_ids_chosen_to_collide_end_in_bounded_work() {
        // Equal halves, rotated into each other, fold to zero: all of them want the same slot.
        let ids: Vec<Guid> = (1..20_000u64).map(|n| Guid((u128::from(n.rotate_right(29)) << 64) | u128::from(n))).collect();
        let mut table = Vec::new();
        assert!(!by_table(&mut ids.clone(), &mut table), "the table gives up");
        let mut kept = ids.clone();
        retain_first(&mut kept, &mut Scratch::default());
        assert_eq!(kept, ids);
    }
}
