package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.remuda.protocol.Keys;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/**
 * One request on the byte path, as whichever server received it hands it over.
 *
 * @param model where the address names it; empty where the body does
 * @param headers those that engines may see, names in lower case; see {@link Headers}
 * @param body whole; the handler frees it at the end
 * @param models which models the caller may know of
 * @param holdFor how long the client wants to be held while no instance takes it; empty when it did
 *     not say
 * @param loop where everything about this request happens
 * @param lease under which it comes: it goes to that lease's instances alone; empty: to those that
 *     are everybody's
 * @param sender who sent it
 */
public record ClientRequest(
    Endpoint endpoint,
    Optional<String> model,
    List<Map.Entry<String, String>> headers,
    ByteBuf body,
    String requestId,
    Predicate<String> models,
    Optional<Duration> holdFor,
    Executor loop,
    Optional<LeaseToken> lease,
    Sender sender) {

  /** One under no lease. */
  public ClientRequest(
      Endpoint endpoint,
      Optional<String> model,
      List<Map.Entry<String, String>> headers,
      ByteBuf body,
      String requestId,
      Predicate<String> models,
      Optional<Duration> holdFor,
      Executor loop) {
    this(
        endpoint,
        model,
        headers,
        body,
        requestId,
        models,
        holdFor,
        loop,
        Optional.empty(),
        Sender.ANYBODY);
  }

  /** One of nobody in particular. */
  public ClientRequest(
      Endpoint endpoint,
      Optional<String> model,
      List<Map.Entry<String, String>> headers,
      ByteBuf body,
      String requestId,
      Predicate<String> models,
      Optional<Duration> holdFor,
      Executor loop,
      Optional<LeaseToken> lease) {
    this(endpoint, model, headers, body, requestId, models, holdFor, loop, lease, Sender.ANYBODY);
  }

  /**
   * With the lease that it comes under: the instance compares its token with what it was told, and
   * its engine never sees it.
   */
  List<Map.Entry<String, String>> withLease(List<Map.Entry<String, String>> headersThere) {
    if (lease.isEmpty()) {
      return headersThere;
    }
    List<Map.Entry<String, String>> more = new ArrayList<>(headersThere);
    more.add(Map.entry(Keys.LEASE_HEADER, lease.get().toString()));
    return more;
  }
}
