package io.remuda.deploy.simulation;

import java.util.Locale;

/** A bug put into the simulation on purpose, to see that it is found. */
public enum Plant {
  NONE("no bug"),
  DOUBLE_PLACEMENT("now and then a start goes to a second machine too"),
  LOST_ASSIGNMENT("now and then the journal confirms a write that it does not keep"),
  STALE_EPOCH("a machine forgets what it was told to stop"),
  TWO_COMMITS("the journal takes a number twice"),
  MEMORY_TWICE("a machine that takes up an engine again does not count its claim"),
  TWO_SCHEMAS("now and then another schema is taken for a name"),
  ORPHAN("a machine forgets an instance before its engine has ended"),
  STUCK_START("a machine that starts an engine does not let the next one start"),
  STALE_ROUTE("a machine tells gateways of nothing but what is ready"),
  EARLY_ORDER("commands leave before the events that they rest on are written");

  private final String meaning;

  Plant(String meaning) {
    this.meaning = meaning;
  }

  public String meaning() {
    return meaning;
  }

  /** As it is typed. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
