//! Numbers and texts one after the other, in few bytes.

pub(super) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    put_number(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

/// 0 for nothing, else the length and one more.
pub(super) fn put_optional(bytes: &mut Vec<u8>, text: Option<&str>) {
    put_number(bytes, text.map_or(0, |text| 1 + text.len() as u64));
    bytes.extend_from_slice(text.unwrap_or_default().as_bytes());
}

/// Seven bits a byte, the lowest first; the high bit says that more follow.
pub(super) fn put_number(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// The sign goes to the lowest bit, so that small numbers of either sign stay short.
pub(super) fn put_signed(bytes: &mut Vec<u8>, number: i64) {
    put_number(bytes, ((number << 1) ^ (number >> 63)) as u64);
}

/// Reads what was put, from the start.
pub(super) struct Reader<'b> {
    pub(super) bytes: &'b [u8],
}

impl<'b> Reader<'b> {
    pub(super) fn byte(&mut self) -> Result<u8, String> {
        let (first, rest) = self.bytes.split_first().ok_or("it is cut off")?;
        self.bytes = rest;
        Ok(*first)
    }

    pub(super) fn number(&mut self) -> Result<u64, String> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err("a number in it does not end".into())
    }

    pub(super) fn signed(&mut self) -> Result<i64, String> {
        let number = self.number()?;
        Ok((number >> 1) as i64 ^ -((number & 1) as i64))
    }

    pub(super) fn text(&mut self) -> Result<String, String> {
        let length = self.number()?;
        self.exactly(length)
    }

    pub(super) fn optional(&mut self) -> Result<Option<String>, String> {
        match self.number()? {
            0 => Ok(None),
            more => self.exactly(more - 1).map(Some),
        }
    }

    fn exactly(&mut self, length: u64) -> Result<String, String> {
        let taken = usize::try_from(length).ok().and_then(|length| self.bytes.split_at_checked(length));
        let (text, rest): (&'b [u8], _) = taken.ok_or("it is cut off")?;
        self.bytes = rest;
        String::from_utf8(text.to_vec()).map_err(|_| "a text in it is no UTF-8".into())
    }
}
