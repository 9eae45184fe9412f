//! How a value lies in a file or a server: one byte that names its form, then the value, compressed
//! with LZ4 when that makes it smaller. Packing is done by the caller's task, not by a writer thread.

use crate::limits::MAX_VALUE_BYTES;

/// The value follows as it is.
const PLAIN: u8 = 0;
/// The value's length (4 bytes, little endian) and its LZ4 block follow.
const LZ4: u8 = 1;
const LZ4_HEADER: usize = 5;

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
    packed[0] = LZ4;
    packed[1..LZ4_HEADER].copy_from_slice(&length.to_le_bytes());
    let written = lz4_flex::block::compress_into(value, &mut packed[LZ4_HEADER..]).ok()?;
    packed.truncate(LZ4_HEADER + written);
    (packed.len() <= value.len()).then_some(packed)
}

/// The value of a packed one, or what is wrong with it.
pub(crate) fn unpack(mut packed: Vec<u8>) -> Result<Vec<u8>, String> {
    match packed.split_first_chunk::<LZ4_HEADER>() {
        Some(([LZ4, length @ ..], block)) => {
            let length = u32::from_le_bytes(*length) as usize;
            // A damaged length must not make us ask for gigabytes.
            if length > MAX_VALUE_BYTES {
                return Err(format!("it claims {length} bytes, more than a value may have"));
            }
            let value = lz4_flex::block::decompress(block, length).map_err(|error| error.to_string())?;
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
        let long = [&[LZ4], &u32::MAX.to_le_bytes()[..], &[0; 8]].concat();
        for damaged in [vec![], vec![9, 1, 2], vec![LZ4, 1], long, cut] {
            assert!(unpack(damaged.clone()).is_err(), "{damaged:?}");
        }
    }
}
