//! Budgets: tokens by Redis's own clock, so that servers need not agree on the time.

use super::keys;
use super::link::Link;
use super::script::Script;
use crate::{Lease, Leased, StoreError};

/// As [`Budget::take`](crate::Budget::take). KEYS: the budget. ARGV: interval, burst, longest debt, wanted, spent, ahead, slow for.
/// Gives how many tokens, when the first is, and how long tokens come at half the rate.
///
/// The key goes when the budget is whole, which is the same as not being there.
const LEASE: &str = r"
local interval, burst, longest_debt = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wanted, spent, ahead, slow_for = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local state = redis.call('HMGET', KEYS[1], 'whole_at', 'slow_until')
local whole_at, slow_until = math.max(tonumber(state[1] or '0'), now), tonumber(state[2] or '0')
if slow_for > 0 then slow_until = math.max(slow_until, now + slow_for) end
if slow_until > now then interval = interval * 2 end
if spent > 0 then whole_at = math.max(whole_at, math.min(whole_at + spent * interval, now + longest_debt)) end
local first = whole_at - now - (burst - 1) * interval
local granted = math.max(0, math.min(wanted, math.floor((ahead - first) / interval) + 1))
whole_at = whole_at + granted * interval
if granted > 0 or spent > 0 or slow_for > 0 then
  redis.call('HSET', KEYS[1], 'whole_at', string.format('%.0f', whole_at), 'slow_until', string.format('%.0f', slow_until))
  redis.call('PEXPIRE', KEYS[1], math.ceil((math.max(whole_at, slow_until) - now) / 1000) + 1)
end
return { granted, first, math.max(0, slow_until - now) }
";

pub(super) struct Scripts {
    lease: Script,
}

impl Default for Scripts {
    fn default() -> Self {
        Self { lease: Script::new(LEASE.trim_start().to_owned()) }
    }
}

pub(super) async fn lease(link: &Link, scripts: &Scripts, lease: &Lease) -> Result<Leased, StoreError> {
    let Lease { rate, .. } = lease;
    let numbers = [
        rate.interval.max(1),
        rate.burst.into(),
        rate.longest_debt,
        lease.wanted.into(),
        lease.spent.into(),
        lease.ahead,
        lease.slow_for,
    ];
    let args = numbers.map(|number| number.to_string());
    let key = keys::budget(&lease.budget);
    let args = args.each_ref().map(|arg| arg.as_bytes());
    let (granted, first, slow_for) = link.script(&scripts.lease, &[key.as_bytes()], &args).await?;
    Ok(Leased { granted, first, slow_for })
}
