/** A list made anew, in which all that is as before is the same object; where everything is, it is the same list. React Flow takes in only what is another one. */
export function shared<T extends { id: string }>(before: T[], now: readonly T[], isAlike: (one: T, other: T) => boolean): T[] {
  const known = new Map(before.map((one) => [one.id, one]));
  const list = now.map((one) => {
    const other = known.get(one.id);
    return other && (other === one || isAlike(other, one)) ? other : one;
  });
  return list.length === before.length && list.every((one, index) => one === before[index]) ? before : list;
}
