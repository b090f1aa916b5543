//! Sizes of files for people.

/// `640 B`, `12.4 kB`, `3.1 MB`, `20 GB`; 1 kB is 1024 bytes, as in the limit of 25 MB.
#[must_use]
pub fn size(bytes: u64) -> String {
    const KILO: u64 = 1024;
    const MEGA: u64 = KILO * KILO;
    const GIGA: u64 = MEGA * KILO;
    let (unit, name) = match bytes {
        0..KILO => return bytes.to_string() + " B",
        KILO..MEGA => (KILO, " kB"),
        MEGA..GIGA => (MEGA, " MB"),
        _ => (GIGA, " GB"),
    };
    let tenths = bytes.saturating_mul(10) / unit;
    let mut text = (tenths / 10).to_string();
    if tenths < 1_000 && !tenths.is_multiple_of(10) {
        text.push('.');
        text.push_str(&(tenths % 10).to_string());
    }
    text + name
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn reads_like_a_file_manager() {
        for (bytes, text) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1 kB"),
            (12_740, "12.4 kB"),
            (1_048_575, "1023 kB"),
            (26_214_400, "25 MB"),
            (26_500_000, "25.2 MB"),
            (21_500_000_000, "20 GB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }
}
