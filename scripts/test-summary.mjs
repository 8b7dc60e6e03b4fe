// Adds up what the suites of all packages reported, names what failed, and ends with one plain line.
// Usage: test-summary TASK…, such as test, or test:cjs for the suites of packages that have such a script
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const total = { passed: 0, failed: 0 };
let missing = 0;
const failures = [];

const members = ['packages', 'tools'].flatMap(group =>
  readdirSync(join(root, group))
    .sort()
    .map(name => `${group}/${name}`),
);
const tasks = process.argv.slice(2);
const suites = [...members, 'docs'].flatMap(member => tasks.map(task => [member, task]));
for (const [member, task] of suites) {
  const folder = join(root, member);
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest) || !JSON.parse(readFileSync(manifest, 'utf8')).scripts?.[task]) continue;
  const form = task.slice('test:'.length);
  const name = form ? `${member}, ${form}` : member;
  const results = join(folder, form ? `test-results.${form}.json` : 'test-results.json');
  if (!existsSync(results)) {
    console.log(`${name.padEnd(32)} no results`);
    missing += 1;
    continue;
  }
  const { numPassedTests, numFailedTests, numFailedTestSuites, success, testResults } = JSON.parse(
    readFileSync(results, 'utf8'),
  );
  failures.push(...failuresOf(name, folder, testResults));
  // A file that does not even load has no failed test, but it has failed.
  const failed = numFailedTests || (success ? 0 : Math.max(1, numFailedTestSuites));
  console.log(
    `${name.padEnd(32)} ${String(numPassedTests).padStart(5)} passed ${String(failed).padStart(4)} failed`,
  );
  total.passed += numPassedTests;
  total.failed += failed;
}

for (const failure of failures) console.log(`\nFAILED ${failure}`);
console.log(`\n${total.passed} passed, ${total.failed + missing} failed`);
process.exitCode = total.failed + missing > 0 || total.passed === 0 ? 1 : 0;

/** Each failed test with its file and the start of its message, and each file that failed without one. */
function failuresOf(name, folder, files) {
  return files.flatMap(({ name: file, status, message, assertionResults }) => {
    const failed = assertionResults.filter(test => test.status === 'failed');
    const where = `${name}: ${relative(folder, file)}`;
    if (failed.length === 0) return status === 'failed' ? [`${where}\n${firstLines(message)}`] : [];
    return failed.map(test => `${where}: ${test.fullName}\n${firstLines(test.failureMessages.join('\n'))}`);
  });
}

function firstLines(text) {
  // What vitest calls a test that took too long.
  const readable = text.replace(/^Error: STACK_TRACE_ERROR$/m, 'Error: took too long');
  return readable.split('\n').slice(0, 12).join('\n');
}
