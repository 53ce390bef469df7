package io.remuda.protocol.bytes;

import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpConnectOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one address. Each carries one call at a time and is kept
 * open for the next one; the one that was used last goes first, so that what is too much grows old
 * and is closed. Belongs to its loop alone, and a call costs it no lock, no timer and no future:
 * what takes too long is found by looking at all of them now and then.
 */
public final class KeptConnections {

  private final HttpClientAgent client;
  private final HttpConnectOptions address;
  private final int most;
  private final long keepNanos;
  private final long silenceNanos;
  private final ArrayDeque<Kept> idle = new ArrayDeque<>();
  private final Set<Kept> open = new LinkedHashSet<>();
  private int opening;

  /**
   * @param most connections that may be open at one time
   * @param keep one that is not used for so long is closed
   * @param silence a call of which nothing is heard for so long is told
   */
  public KeptConnections(
      HttpClientAgent client,
      HttpConnectOptions address,
      int most,
      Duration keep,
      Duration silence) {
    this.client = client;
    this.address = address;
    this.most = most;
    this.keepNanos = keep.toNanos();
    this.silenceNanos = silence.toNanos();
  }

  /** A call that needs a connection: it gets one, at once where there is one, or fails. */
  public interface Taker {

    /** The connection is the call's until it gives it back or closes it. */
    void got(Kept connection);

    /** There is none, and nothing was sent. */
    void failed(Throwable why);

    /** Nothing was heard of it for too long. */
    void silent();
  }

  /** A connection that was used before, else a new one. */
  public void take(Taker taker) {
    Kept kept = idle.pollLast();
    if (kept == null) {
      open(taker);
    } else {
      kept.used = true;
      kept.give(taker);
    }
  }

  /** A connection that nobody has used. */
  public void open(Taker taker) {
    if (open.size() + opening >= most) {
      taker.failed(new IllegalStateException("as many connections are open as may be"));
      return;
    }
    opening++;
    client
        .connect(address)
        .onComplete(
            result -> {
              opening--;
              if (result.succeeded()) {
                new Kept(result.result()).give(taker);
              } else {
                taker.failed(result.cause());
              }
            });
  }

  /**
   * Closes those that nobody has used for too long, and tells calls of which nothing is heard.
   *
   * @param now of {@link System#nanoTime()}
   * @return whether none is open any more
   */
  public boolean tidy(long now) {
    while (!idle.isEmpty() && now - idle.getFirst().since > keepNanos) {
      idle.removeFirst().close();
    }
    for (Kept kept : new ArrayList<>(open)) {
      Taker waits = kept.taker;
      if (waits != null && now - kept.since > silenceNanos) {
        waits.silent();
      }
    }
    return open.isEmpty() && opening == 0;
  }

  /**
   * Tidies those to all addresses and forgets the addresses with none. A call that is told of its
   * silence may go on at an address of which there was none, so that {@code all} may grow
   * meanwhile.
   *
   * @param now of {@link System#nanoTime()}
   */
  public static <A> void tidy(Map<A, KeptConnections> all, long now) {
    for (Map.Entry<A, KeptConnections> one : new ArrayList<>(all.entrySet())) {
      if (one.getValue().tidy(now)) {
        all.remove(one.getKey());
      }
    }
  }

  /** One connection, while a call has it. */
  public final class Kept {
    private final HttpClientConnection connection;
    private @Nullable Taker taker;
    private boolean used;
    private boolean closed;

    /** When something was heard last; of an idle one, when it was given back. */
    private long since = System.nanoTime();

    private Kept(HttpClientConnection connection) {
      this.connection = connection;
      open.add(this);
      // The call that suffers from a broken connection says so; a log line adds nothing.
      connection.exceptionHandler(e -> {});
      connection.closeHandler(v -> closed());
    }

    private void give(Taker to) {
      taker = to;
      since = System.nanoTime();
      to.got(this);
    }

    public HttpClientConnection connection() {
      return connection;
    }

    /** Whether another call was sent over it before: then its end may have closed it since. */
    public boolean wasUsed() {
      return used;
    }

    /** Something of the answer has come. */
    public void heard() {
      since = System.nanoTime();
    }

    /** The call is over, and all of its answer has come. */
    public void giveBack() {
      taker = null;
      if (!closed) {
        since = System.nanoTime();
        idle.addLast(this);
      }
    }

    /** The call was broken off. */
    public void close() {
      taker = null;
      connection.close();
    }

    private void closed() {
      if (!closed) {
        closed = true;
        open.remove(this);
        idle.remove(this);
      }
    }
  }
}
