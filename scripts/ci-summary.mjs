// The last line of .ci/run: the tests of vitest's JSON reports and the other checks added up, "N passed, N failed".
// Usage: node scripts/ci-summary.mjs PASSED FAILED REPORT…

import { readFileSync } from 'node:fs';

const [passedChecks, failedChecks, ...reports] = process.argv.slice(2);
let passed = Number(passedChecks);
let failed = Number(failedChecks);
for (const report of reports) {
  try {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
    // A file may fail with none of its tests: it does not load, or its set-up throws.
    const brokenFiles = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
    );
    passed += numPassedTests;
    failed += numFailedTests + brokenFiles.length;
  } catch (error) {
    console.log(`no test report: ${error.message}`);
    failed += 1;
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
