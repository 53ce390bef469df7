package io.remuda.deploy.check;

/** What holds whatever happens; {@link #id()} is its number in tables and reports. */
public enum Invariant {
  ONE_SCHEMA("I5", "a name never has two schemas"),
  HOLDER_ALONE("I6", "an instance is one holder's at a time, and tokens rise"),
  CONVERGES("I7", "desired = actual soon after a fault has healed"),
  NO_ORPHAN("I7", "no process without an instance soon after a fault has healed"),
  NO_MEMORY_TWICE("I7", "nothing of a machine is promised twice"),
  NO_UNDUE_FAILURE("I8", "no request fails but those in flight, with bytes seen, on what failed"),
  NO_SILENT_END("I8", "a stream ends with its end mark or with an error event"),
  ONE_COMMIT("I9", "of two live entities only one commits"),
  BOUNDED("I10", "heap, mailboxes and queues keep their bounds"),
  ONE_START("E1", "an epoch starts an instance once"),
  NO_STALE_EPOCH("E2", "an epoch below the highest seen is never obeyed"),
  KEEPS_SERVING("R1", "a rollout by surge never leaves fewer serving than did or are wanted"),
  OWN_RECIPE("R4", "an instance is started from the recipe that it was placed with"),
  ONE_HOLDER("L1", "an instance never answers two leases, nor a lease and everybody, at one time"),
  TOKEN_RISES("L2", "a token below the highest that an instance was told is never answered"),
  ONE_INSTANCE_PER_LEASE("L3", "a lease that is READY has one instance of each of its models"),
  LEASES_SETTLE("L4", "a lease comes to be READY, to wait with a reason, or to leave nothing"),
  NO_FLAPPING("M1", "under a load that stays as it is a model changes direction twice at most"),
  WOKEN_ONCE("M2", "however many wait for a model that sleeps, it is woken once"),
  PINNED_STAYS("M3", "an instance of a pinned model never gives way"),
  NO_START_BEFORE_BACK("M4", "no engine starts on memory that is not back"),
  ACT_AFTER_WRITE("E4", "a machine starts only what is written to run on it"),
  NOTHING_LOST("E3", "an accepted deployment is there until it is removed");

  private final String id;
  private final String sentence;

  Invariant(String id, String sentence) {
    this.id = id;
    this.sentence = sentence;
  }

  public String id() {
    return id;
  }

  public String sentence() {
    return sentence;
  }
}
