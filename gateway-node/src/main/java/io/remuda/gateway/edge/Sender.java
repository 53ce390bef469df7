package io.remuda.gateway.edge;

import io.remuda.gateway.routing.Priority;
import java.util.Optional;

/**
 * Who sent a request, as far as that has a say in where and when it is served.
 *
 * @param key id of the API key, or name of the token; empty where there is none
 * @param tenant whose key or token it is; empty: the operator's
 * @param session whose requests are best served where the last one was
 * @param priority as the client asked, and as its key may have; empty where it did not ask
 */
public record Sender(
    String key, Optional<String> tenant, Optional<String> session, Optional<Priority> priority) {

  /** Nobody in particular. */
  public static final Sender ANYBODY =
      new Sender("", Optional.empty(), Optional.empty(), Optional.empty());

  private static final int MOST_LENGTH = 256;

  /**
   * Whose turns and places it takes: its tenant's, which all the tenant's keys have together, or
   * those of its key where that is no tenant's; empty: nobody's. No key has an id like a tenant's.
   */
  String share() {
    return tenant.map(name -> "tenant " + name).orElse(key);
  }

  /**
   * @param session the header's value; one that is too long to be a name counts as none
   * @param priority the header's value; what is not known counts as not said
   */
  public static Sender of(
      String key, Optional<String> tenant, Optional<String> session, Optional<String> priority) {
    return new Sender(
        key,
        tenant,
        session.filter(name -> !name.isEmpty() && name.length() <= MOST_LENGTH),
        priority.flatMap(Priority::parse));
  }
}
