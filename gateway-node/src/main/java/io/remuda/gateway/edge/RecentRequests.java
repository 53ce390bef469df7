package io.remuda.gateway.edge;

import io.remuda.protocol.RecentRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * The last requests to models at this gateway: a ring of fixed size in which each new one takes the
 * place of the oldest. Any thread writes and reads it, without a lock.
 */
public final class RecentRequests {

  /** Each may tell of many tries, and all go in one message from gateway to gateway. */
  private static final int MOST_OF_ONE_ID = 20;

  private final AtomicReferenceArray<RecentRequest> ring;
  private final AtomicLong count = new AtomicLong();

  /**
   * @param size requests that are kept; 1 or more
   */
  public RecentRequests(int size) {
    if (size < 1) {
      throw new IllegalArgumentException(
          "remuda.gateway.inference.recent-requests must be 1 or more; correct it");
    }
    this.ring = new AtomicReferenceArray<>(size);
  }

  public void add(RecentRequest request) {
    ring.setRelease((int) (count.getAndIncrement() % ring.length()), request);
  }

  /** The newest of that id, and they first: a client may give one id to all its requests. */
  public List<RecentRequest> find(String id) {
    return find(id, any -> true);
  }

  /** The same of those that {@code wanted} takes alone. */
  public List<RecentRequest> find(String id, Predicate<RecentRequest> wanted) {
    return IntStream.range(0, ring.length())
        .mapToObj(ring::getAcquire)
        .filter(Objects::nonNull)
        .filter(request -> request.id().equals(id))
        .filter(wanted)
        .sorted(Comparator.comparing(RecentRequest::ended).reversed())
        .limit(MOST_OF_ONE_ID)
        .toList();
  }
}
