//! What a soak must have shown.

/// The servers and what they stand on, at one moment.
#[derive(Debug, Default, Clone)]
pub struct Sample {
    /// Memory of all servers, in bytes.
    pub resident: u64,
    /// `used_memory` of Redis, in bytes.
    pub redis: u64,
    /// Entries in all streams.
    pub streams: u64,
    /// Contacts there are.
    pub contacts: u64,
    /// How much later than it was due the latest timer fired since the last sample, in milliseconds.
    pub latest_ms: i64,
}

/// Memory may be so much more in the last quarter than in the second: a part, and what a machine's allocator moves by.
const RESIDENT_PART: f64 = 0.10;
const RESIDENT_SLACK: f64 = 8.0 * MIB;
/// Redis may grow by so much for each contact that came: its value, aliases and index, with buffers that the journal waits in.
const BYTES_A_CONTACT: f64 = 3_000.0;
const REDIS_SLACK: f64 = 4.0 * MIB;
/// So many seconds of facts may wait in the streams: they are drained within one.
const STREAM_SECONDS: u64 = 10;
/// Commits that a message brings about, at most, with its sends, their statuses and its timer.
const COMMITS_A_MESSAGE: u64 = 16;
/// A timer may be so late.
const LATE_MS: i64 = 1_000;
const MIB: f64 = 1_048_576.0;

/// Every promise that was broken; the samples come at equal distances.
pub fn broken(samples: &[Sample], rate: u32) -> Vec<String> {
    let mut broken = Vec::new();
    let quarter = (samples.len() / 4).max(1);
    let (second, last) = (
        &samples[quarter.min(samples.len())..(2 * quarter).min(samples.len())],
        &samples[samples.len().saturating_sub(quarter)..],
    );
    if !second.is_empty() {
        let (before, after) = (mean(second, |sample| sample.resident), mean(last, |sample| sample.resident));
        if after > before * (1.0 + RESIDENT_PART) + RESIDENT_SLACK {
            broken.push(format!("the servers' memory grew from {:.1} MB to {:.1} MB", before / MIB, after / MIB));
        }
        let grown = mean(last, |sample| sample.redis) - mean(second, |sample| sample.redis);
        let contacts = mean(last, |sample| sample.contacts) - mean(second, |sample| sample.contacts);
        if grown > contacts * BYTES_A_CONTACT + REDIS_SLACK {
            broken.push(format!("Redis grew by {:.1} MB for {contacts:.0} contacts", grown / MIB));
        }
    }
    let longest = samples.iter().map(|sample| sample.streams).max().unwrap_or_default();
    if longest > STREAM_SECONDS * COMMITS_A_MESSAGE * u64::from(rate) {
        broken.push(format!("{longest} entries waited in the streams"));
    }
    let latest = samples.iter().map(|sample| sample.latest_ms).max().unwrap_or_default();
    if latest > LATE_MS {
        broken.push(format!("a timer was {latest} ms late"));
    }
    broken
}

fn mean(samples: &[Sample], value: impl Fn(&Sample) -> u64) -> f64 {
    samples.iter().map(|sample| value(sample) as f64).sum::<f64>() / samples.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twenty minutes at ten messages a second, one contact more each second.
    fn samples(change: impl Fn(u64, &mut Sample)) -> Vec<Sample> {
        let sample = |minute: u64| {
            let mut sample = Sample {
                resident: 90_000_000,
                redis: 2_000_000 + minute * 60 * 1_100,
                streams: 40,
                contacts: minute * 60,
                latest_ms: 80,
            };
            change(minute, &mut sample);
            sample
        };
        (0..20).map(sample).collect()
    }

    #[test]
    fn what_grows_with_its_contacts_is_fine() {
        assert_eq!(broken(&samples(|_, _| {}), 10), Vec::<String>::new());
    }

    #[test]
    fn what_is_broken_is_named() {
        let broken = |change: fn(u64, &mut Sample)| broken(&samples(change), 10).join("; ");
        assert!(broken(|minute, sample| sample.resident += minute * 3_000_000).contains("memory grew"));
        assert!(broken(|minute, sample| sample.redis += minute * 600_000).contains("Redis grew by"));
        assert_eq!(
            broken(|minute, sample| sample.streams += u64::from(minute == 7) * 5_000),
            "5040 entries waited in the streams"
        );
        assert_eq!(broken(|minute, sample| sample.latest_ms += i64::from(minute == 19) * 2_000), "a timer was 2080 ms late");
    }
}
