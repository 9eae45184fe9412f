//! Two ranks made one.

use std::collections::BTreeMap;

/// How much the first places weigh against later ones in a fused rank (Cormack, Clarke, Büttcher: Reciprocal Rank Fusion outperforms
/// Condorcet and individual Rank Learning Methods, SIGIR 2009).
const K: f32 = 60.0;

/// Fuses ranks, each the best first: what stands high in several of them comes first.
pub(crate) fn fused(ranks: &[Vec<usize>]) -> Vec<(usize, f32)> {
    let mut scores: BTreeMap<usize, f32> = BTreeMap::new();
    for rank in ranks {
        for (place, item) in (1_u16..).zip(rank) {
            *scores.entry(*item).or_default() += 1.0 / (K + f32::from(place));
        }
    }
    let mut fused: Vec<(usize, f32)> = scores.into_iter().collect();
    fused.sort_by(|one, other| other.1.total_cmp(&one.1));
    fused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_both_ranks_hold_comes_first() {
        let items: Vec<usize> = fused(&[vec![1, 2, 3], vec![4, 3]]).into_iter().map(|(item, _)| item).collect();
        assert_eq!(items, [3, 1, 4, 2]);
        assert_eq!(fused(&[vec![], vec![7]]), [(7, 1.0 / 61.0)]);
    }
}
