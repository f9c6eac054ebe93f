/** A jest reporter: the closing line of a run, and a failure where CI skipped a test. */
export default class ClosingLine {
  #failedBySkip = false;

  onRunComplete(_contexts, results) {
    const skipped = results.numPendingTests + results.numTodoTests;
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    this.#failedBySkip = process.env.CI !== undefined && skipped > 0;
    if (skipped > 0) {
      const names = results.testResults.flatMap((file) =>
        file.testResults.filter((test) => test.status === 'pending').map((test) => test.fullName),
      );
      console.log(`\nSkipped:\n${names.map((name) => `  ${name}`).join('\n')}`);
    }
    // At the very end: jest's own summary comes after every reporter.
    process.once('exit', () => {
      console.log(`\n${results.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
    });
  }

  getLastError() {
    return this.#failedBySkip ? new Error('tests were skipped in CI') : undefined;
  }
}
