package io.remuda.gateway.usage;

/** Told of each request, task and line of a batch that a limit keeps out. For any thread. */
@FunctionalInterface
interface LimitMetrics {

  /** Which limit it is. */
  enum Kind {
    REQUESTS,
    TOKENS,
    BUDGET,
    /** A budget that is not used up: what is under way may take the rest of it. */
    BUDGET_HELD
  }

  /** Whose limit it is. */
  enum Owner {
    KEY,
    TENANT
  }

  void refused(Kind kind, Owner owner);
}
