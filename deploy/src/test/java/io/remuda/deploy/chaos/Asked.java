package io.remuda.deploy.chaos;

import java.util.function.BooleanSupplier;

/**
 * A question that is asked once somebody wants its answer, and then once. What nobody wants to know
 * costs the nodes nothing while they are measured.
 */
final class Asked {

  private final BooleanSupplier question;
  private boolean asked;
  private boolean answer;

  Asked(BooleanSupplier question) {
    this.question = question;
  }

  synchronized boolean yes() {
    if (!asked) {
      answer = question.getAsBoolean();
      asked = true;
    }
    return answer;
  }
}
