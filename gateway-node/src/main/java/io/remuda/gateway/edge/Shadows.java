package io.remuda.gateway.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.Priority;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.model.Relief.Shadow;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of requests to other models, whose answers nobody sees. A copy is made when its request
 * was answered, so that it neither delays nor fails it; it waits for nothing, wakes nobody, is
 * never copied itself, and as many are under way as may be: of further requests none is made.
 */
final class Shadows implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Shadows.class);

  private static final int LONGEST_ID = 100;

  /** Takes requests like those of clients. */
  @FunctionalInterface
  interface Way {
    AnswerInProgress send(ClientRequest request, AnswerSink sink);
  }

  private final ShadowSettings settings;
  private final ScheduledExecutorService timers;
  private final Way way;
  private final RequestMetrics metrics;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Set<Copy> copies = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param timers end those that take too long
   */
  Shadows(
      ShadowSettings settings, ScheduledExecutorService timers, Way way, RequestMetrics metrics) {
    this.metrics = metrics;
    this.settings = settings;
    this.timers = timers;
    this.way = way;
  }

  /** The request has its answer, of {@code model}; its body is still there. */
  void answered(ClientRequest request, String model, RouteSnapshot known) {
    ModelEntry entry = known.get(model);
    Optional<Shadow> declared = entry == null ? Optional.empty() : entry.relief().shadow();
    answered(request, model, declared, ThreadLocalRandom.current());
  }

  /**
   * The request has its answer; its body is still there.
   *
   * @param model that answered
   * @param declared what its deployment says; where it says nothing this gateway's settings do
   */
  void answered(
      ClientRequest request, String model, Optional<Shadow> declared, RandomGenerator random) {
    Optional<Shadow> shadow = declared.or(() -> Optional.ofNullable(settings.of().get(model)));
    if (shadow.isEmpty()
        || request.lease().isPresent()
        || random.nextDouble() >= shadow.get().share()
        || closed) {
      return;
    }
    String to = shadow.get().to().value();
    if (!begins()) {
      metrics.notCopied(to);
      return;
    }
    Copy copy = new Copy(request);
    // Before it is sent, so that whoever closes sees it, or it sees that all is closed.
    copies.add(copy);
    try {
      ByteBuf body = body(request, to);
      if (body == null) {
        metrics.notCopied(to);
        copy.over();
      } else {
        copy.begin(copyOf(request, to, body));
        metrics.copied(to);
      }
    } catch (RuntimeException e) {
      // What became of the client's request stays what it is.
      log.debug("event=shadow-not-sent model={} to={}", model, to, e);
      metrics.notCopied(to);
      copy.over();
    }
  }

  /** Makes no further ones and ends those that are under way: the gateway ends. */
  @Override
  public void close() {
    closed = true;
    copies.forEach(copy -> copy.original.loop().execute(copy::overdue));
  }

  private boolean begins() {
    if (underWay.incrementAndGet() > settings.atOnce()) {
      underWay.decrementAndGet();
      return false;
    }
    return true;
  }

  private static @Nullable ByteBuf body(ClientRequest request, String to) {
    if (request.endpoint().isTyped()) {
      return Unpooled.copiedBuffer(request.body());
    }
    Optional<ByteBuf> renamed = ModelRewrite.of(request.body(), to).body();
    if (renamed.isEmpty()) {
      return null;
    }
    ByteBuf own = Unpooled.copiedBuffer(renamed.get());
    renamed.get().release();
    return own;
  }

  /** Under an id by which both are found. */
  private static ClientRequest copyOf(ClientRequest request, String to, ByteBuf body) {
    String id = request.requestId();
    return new ClientRequest(
        request.endpoint(),
        request.model().map(named -> to),
        request.headers(),
        body,
        id.substring(0, Math.min(LONGEST_ID, id.length())) + "-shadow",
        any -> true,
        Optional.of(Duration.ZERO),
        request.loop(),
        Optional.empty(),
        new Sender("", Optional.empty(), Optional.empty(), Optional.of(Priority.LOW)));
  }

  /** One that is under way: drops what it is told, and ends once. Lives on its request's loop. */
  private final class Copy implements AnswerSink {
    private final ClientRequest original;
    private @Nullable AnswerInProgress answer;
    private @Nullable ScheduledFuture<?> limit;
    private boolean ended;

    private Copy(ClientRequest original) {
      this.original = original;
    }

    private void begin(ClientRequest copied) {
      AnswerInProgress sent = way.send(copied, this);
      if (ended) {
        return;
      }
      answer = sent;
      if (closed) {
        overdue();
        return;
      }
      try {
        limit =
            timers.schedule(
                () -> original.loop().execute(this::overdue),
                settings.limit().toMillis(),
                TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        overdue();
      }
    }

    private void overdue() {
      AnswerInProgress running = answer;
      if (!ended && running != null) {
        running.cancel();
        over();
      }
    }

    private void over() {
      if (!ended) {
        ended = true;
        answer = null;
        if (limit != null) {
          limit.cancel(false);
        }
        copies.remove(this);
        underWay.decrementAndGet();
      }
    }

    @Override
    public void whole(int status, List<Map.Entry<String, String>> headers, ByteBuf body) {
      body.release();
      over();
    }

    @Override
    public void head(int status, List<Map.Entry<String, String>> headers) {}

    @Override
    public void bytes(ByteBuf bytes) {
      bytes.release();
    }

    @Override
    public void end() {
      over();
    }

    @Override
    public void cut() {
      over();
    }
  }
}
