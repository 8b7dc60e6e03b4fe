/** What the demo has shown so far: a line each, right or wrong. */
const shown = [];

/** Says something to whoever watches. */
export function say(text) {
  console.log(text);
}

/** Notes a result, with its size and rate where it has them. */
export function note(what, { bytes, seconds, right }) {
  const rate = bytes && seconds ? `${(bytes / seconds / 1e6).toFixed(1)} MB/s` : '';
  shown.push({
    shown: what,
    bytes: bytes ?? '',
    seconds: seconds?.toFixed(2) ?? '',
    rate,
    result: right ? 'right' : 'WRONG',
  });
}

/** Prints the table of all results, and gives the number of wrong ones. */
export function report() {
  console.log('\nWhat was shown (seconds of wcscmd are those of whole commands, with the start of Node.js):');
  console.table(shown);
  return shown.filter(({ result }) => result !== 'right').length;
}
