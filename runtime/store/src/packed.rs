//! How a value lies in a file or a server: one byte that names its form, then the value, compressed
//! with LZ4 when that makes it smaller. Packing is done by the caller's task, not by a writer thread.
//!
//! LZ4 replaces what has been there before by a reference to it, which does little for one short value.
//! So it is given words that our values are made of to refer to from the start. They are a help, and no
//! knowledge: any bytes can be packed, and what is packed can be read without knowing what it is.

use crate::limits::MAX_VALUE_BYTES;

/// The value follows as it is.
const PLAIN: u8 = 0;
/// The value's length (4 bytes, little endian) and its LZ4 block follow.
const LZ4: u8 = 1;
/// The same, and the block may refer to [`WORDS_1`].
const LZ4_WITH_WORDS_1: u8 = 2;
const LZ4_HEADER: usize = 5;

/// Part of every stored format: **never edited**. Better words come as another form, beside these.
const WORDS_1: &[u8] = include_bytes!("packed/words_1.txt");

/// Below this there is nothing to gain.
const SMALLEST_COMPRESSED: usize = 64;

pub(crate) fn pack(value: &[u8]) -> Vec<u8> {
    compressed(value).unwrap_or_else(|| {
        let mut packed = Vec::with_capacity(1 + value.len());
        packed.push(PLAIN);
        packed.extend_from_slice(value);
        packed
    })
}

fn compressed(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() < SMALLEST_COMPRESSED {
        return None;
    }
    let length = u32::try_from(value.len()).ok()?;
    let mut packed = vec![0; LZ4_HEADER + lz4_flex::block::get_maximum_output_size(value.len())];
    packed[0] = LZ4_WITH_WORDS_1;
    packed[1..LZ4_HEADER].copy_from_slice(&length.to_le_bytes());
    let written = lz4_flex::block::compress_into_with_dict(value, &mut packed[LZ4_HEADER..], WORDS_1).ok()?;
    packed.truncate(LZ4_HEADER + written);
    (packed.len() <= value.len()).then_some(packed)
}

/// The value of a packed one, or what is wrong with it.
pub(crate) fn unpack(mut packed: Vec<u8>) -> Result<Vec<u8>, String> {
    match packed.split_first_chunk::<LZ4_HEADER>() {
        Some(([form @ (LZ4 | LZ4_WITH_WORDS_1), length @ ..], block)) => {
            let length = u32::from_le_bytes(*length) as usize;
            // A damaged length must not make us ask for gigabytes.
            if length > MAX_VALUE_BYTES {
                return Err(format!("it claims {length} bytes, more than a value may have"));
            }
            let words = if *form == LZ4 { &[] } else { WORDS_1 };
            let value = lz4_flex::block::decompress_with_dict(block, length, words).map_err(|error| error.to_string())?;
            if value.len() == length { Ok(value) } else { Err(format!("it has {} bytes instead of {length}", value.len())) }
        }
        _ if packed.first() == Some(&PLAIN) => {
            packed.remove(0);
            Ok(packed)
        }
        _ => Err("its first byte names no form this program knows".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        for value in [vec![], vec![1], vec![7; 63], vec![7; 64], (0..=255).collect(), vec![0; 1 << 20]] {
            assert_eq!(unpack(pack(&value)), Ok(value));
        }
    }

    /// Whoever edits the words makes stored values unreadable.
    #[test]
    fn the_words_never_change() {
        let sum = WORDS_1.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
        assert_eq!((WORDS_1.len(), sum), (2_874, 15_822_405_650_603_482_260));
    }

    #[test]
    fn what_was_packed_without_words_is_read() {
        let packed = [&[LZ4, 100, 0, 0, 0], &b"\x1Fa\x01\x00K\x50aaaaa"[..]].concat();
        assert_eq!(unpack(packed), Ok(vec![b'a'; 100]));
    }

    #[test]
    fn a_short_value_of_our_own_kind_is_hardly_more_than_half_as_long() {
        let contact = r#"{"format":2,"id":"c140267ad554271b631b5","created":1772445600000,"identity":{"phone":"+5511900000000","name":"Ana"},"conversations":{"106540352242922":{"last_customer":1772445600000,"pair":1772445612000,"listener":2,"count":1}},"next_id":6,"last_event":"sent:5:0"}"#;
        assert!(pack(contact.as_bytes()).len() < contact.len() * 11 / 20);
    }

    #[test]
    fn packing_saves_space_where_it_can_and_costs_a_byte_where_it_cannot() {
        let dialog = "{\"step\":\"ask_email\",\"tries\":1}".repeat(20);
        assert!(pack(dialog.as_bytes()).len() < dialog.len() / 4);
        let noise: Vec<u8> = (0..=255).collect();
        assert_eq!(pack(&noise).len(), noise.len() + 1);
    }

    #[test]
    fn damage_is_an_error() {
        let mut cut = pack(&[7; 1_000]);
        cut.pop();
        let long = [&[LZ4_WITH_WORDS_1], &u32::MAX.to_le_bytes()[..], &[0; 8]].concat();
        for damaged in [vec![], vec![9, 1, 2], vec![LZ4, 1], long, cut] {
            assert!(unpack(damaged.clone()).is_err(), "{damaged:?}");
        }
    }
}
