package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What users are promised of durable tasks, word for word. */
class PromiseTest {

  private static final String PROMISE =
      "202 means the broker has it. Executed at least once. At most one result becomes visible,"
          + " and it never changes. Every accepted task ends DONE, FAILED, EXPIRED or CANCELLED by"
          + " its deadline + 60 s. A finished result is as durable as the result store that is"
          + " configured (Redis with `appendfsync always`: survives its crash; flushed: finished"
          + " results and idempotency keys are gone, unfinished tasks still finish).";

  @Test
  void theReadmeStatesItInTheseWords() {
    assertThat(Repository.read("README.md").replaceAll("\\s+", " ")).contains(PROMISE);
  }
}
