/** The function, remembering its last result for as long as its arguments stay the very same. */
export function lastResult<Arguments extends readonly unknown[], Result>(
  compute: (...given: Arguments) => Result,
): (...given: Arguments) => Result {
  let last: { given: Arguments; result: Result } | undefined;
  return (...given) => {
    if (last?.given.length !== given.length || !last.given.every((value, i) => Object.is(value, given[i]))) {
      last = { given, result: compute(...given) };
    }
    return last.result;
  };
}
