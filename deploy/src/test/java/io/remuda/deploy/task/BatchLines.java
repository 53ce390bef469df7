package io.remuda.deploy.task;

/**
 * How many lines the large batches of tests have: as many as show that all of them take part, and
 * 10,000 in the long form, which {@code deploy/faults/batches.sh} runs.
 */
final class BatchLines {

  private static final String LONG_FORM = "remuda.test.batch-lines";

  private BatchLines() {}

  /**
   * As many as are asked for, else so many.
   *
   * @param briefly in the form that every run of all tests has
   */
  static int count(int briefly) {
    return Integer.getInteger(LONG_FORM, briefly);
  }
}
