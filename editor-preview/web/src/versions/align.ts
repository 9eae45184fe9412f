/** One place of two sequences that were laid beside each other: what stands in both, or in one of them alone. */
export type Aligned<T> = { before: T; after: T } | { before: T } | { after: T };

/** Past this many pairs the middle of two sequences is not compared: it counts as replaced. */
const MOST_PAIRS = 4_000_000;

/** Lays two sequences beside each other so that as much as possible stands in both. */
export function align<T>(before: readonly T[], after: readonly T[], isEqual: (one: T, other: T) => boolean): Aligned<T>[] {
  let start = 0;
  while (start < before.length && start < after.length && isEqual(before[start] as T, after[start] as T)) {
    start += 1;
  }
  let end = 0;
  const most = Math.min(before.length, after.length) - start;
  while (end < most && isEqual(before[before.length - 1 - end] as T, after[after.length - 1 - end] as T)) {
    end += 1;
  }
  const both = (count: number, left: number, right: number): Aligned<T>[] =>
    Array.from({ length: count }, (_, index) => ({ before: before[left + index] as T, after: after[right + index] as T }));
  const middle = alignMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end), isEqual);
  return [...both(start, 0, 0), ...middle, ...both(end, before.length - end, after.length - end)];
}

/** The longest common subsequence, by its table of lengths. */
function alignMiddle<T>(before: readonly T[], after: readonly T[], isEqual: (one: T, other: T) => boolean): Aligned<T>[] {
  if (before.length * after.length > MOST_PAIRS) {
    return [...before.map((value) => ({ before: value })), ...after.map((value) => ({ after: value }))];
  }
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  const at = (left: number, right: number) => lengths[left * width + right] ?? 0;
  for (let left = before.length - 1; left >= 0; left -= 1) {
    for (let right = after.length - 1; right >= 0; right -= 1) {
      const same = isEqual(before[left] as T, after[right] as T);
      lengths[left * width + right] = same ? at(left + 1, right + 1) + 1 : Math.max(at(left + 1, right), at(left, right + 1));
    }
  }
  const aligned: Aligned<T>[] = [];
  let [left, right] = [0, 0];
  while (left < before.length || right < after.length) {
    if (left < before.length && right < after.length && isEqual(before[left] as T, after[right] as T)) {
      aligned.push({ before: before[left] as T, after: after[right] as T });
      left += 1;
      right += 1;
    } else if (right >= after.length || (left < before.length && at(left + 1, right) >= at(left, right + 1))) {
      aligned.push({ before: before[left] as T });
      left += 1;
    } else {
      aligned.push({ after: after[right] as T });
      right += 1;
    }
  }
  return aligned;
}
