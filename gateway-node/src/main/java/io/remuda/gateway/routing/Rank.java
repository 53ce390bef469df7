package io.remuda.gateway.routing;

/**
 * Whose a request is that waits, and how urgent.
 *
 * @param tenant among whom the turns are shared; empty: nobody in particular, who has no bound of
 *     its own in the room
 * @param weight of the tenant's share; 1 or more
 */
public record Rank(String tenant, int weight, Priority priority) {

  /** Like that of most others. */
  public static final Rank USUAL = new Rank("", 1, Priority.NORMAL);
}
