package io.remuda.gateway.tasks;

import io.remuda.gateway.task.PendingHooks;
import io.remuda.gateway.task.PendingHooks.Hook;
import io.remuda.gateway.task.TaskRefusal;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.metrics.MetricNames;
import io.remuda.protocol.proto.task.TaskRecord;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import kamon.Kamon;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the ends of tasks to their webhooks. A webhook lies in the store from before its task is
 * accepted until somebody has answered 2xx, so it is delivered at least once whichever gateway goes
 * when; after so many failures, or a 410, it is dropped and said so.
 */
final class WebhookRound {

  private static final Logger LOG = LoggerFactory.getLogger(WebhookRound.class);
  private static final int GONE = 410;

  private final Supplier<Backends> backends;
  private final TaskDesk desk;
  private final WebhookSettings settings;
  private final WebhookPolicy policy;
  private final WebhookSignature signature;
  private final WebhookCall call;
  private final Function<TaskRecord, byte[]> body;
  private final InstantSource clock;
  private final RandomGenerator random;

  /**
   * @param body what is sent of an ended task
   */
  WebhookRound(
      Supplier<Backends> backends,
      TaskDesk desk,
      WebhookSettings settings,
      WebhookCall call,
      Function<TaskRecord, byte[]> body,
      InstantSource clock,
      RandomGenerator random) {
    this.backends = backends;
    this.desk = desk;
    this.settings = settings;
    this.policy = new WebhookPolicy(settings);
    this.signature = new WebhookSignature(settings.secret());
    this.call = call;
    this.body = body;
    this.clock = clock;
    this.random = random;
  }

  /** One look at what is due; completes with whether there is probably more. */
  CompletionStage<Boolean> deliver() {
    Optional<PendingHooks> hooks = backends.get().hooks();
    if (hooks.isEmpty()) {
      return CompletableFuture.completedStage(false);
    }
    return hooks
        .get()
        .take(clock.instant(), settings.lease(), settings.atOnce())
        .thenCompose(
            due -> {
              List<CompletableFuture<Void>> all = new ArrayList<>();
              due.forEach(hook -> all.add(one(hooks.get(), hook).toCompletableFuture()));
              return CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0]))
                  .thenApply(done -> due.size() >= settings.atOnce());
            });
  }

  private CompletionStage<Void> one(PendingHooks hooks, Hook hook) {
    return desk.read(hook.tenant(), hook.task())
        .thenCompose(
            record ->
                Ended.is(record.getState())
                    ? send(hooks, hook, record)
                    : hooks.again(hook.task(), hook.tries(), nextLook(record)))
        .exceptionallyCompose(
            failure ->
                isForgotten(hook, failure)
                    ? drop(hooks, hook, "nothing is kept of its task any more")
                    // Unknown for now, or its store is away.
                    : hooks.again(
                        hook.task(), hook.tries(), clock.instant().plus(settings.longestLook())));
  }

  /** How it ended cannot be told any more; to say that it expired could be wrong. */
  private boolean isForgotten(Hook hook, Throwable failure) {
    return TaskRefusal.of(failure).code() == ErrorCode.NOT_FOUND
        && Ended.isForgotten(hook.task(), clock.instant(), desk.settings().recordSlack());
  }

  private Instant nextLook(TaskRecord record) {
    Instant now = clock.instant();
    return now.plus(
        policy.nextLook(Duration.between(Instant.ofEpochMilli(record.getCreatedAtMillis()), now)));
  }

  private CompletionStage<Void> send(PendingHooks hooks, Hook hook, TaskRecord record) {
    Optional<String> forbidden =
        policy.check(hook.url().toString()).refused().map(refused -> refused.message());
    if (forbidden.isPresent()) {
      return drop(hooks, hook, forbidden.get());
    }
    byte[] sent = body.apply(record);
    Instant now = clock.instant();
    String id = "wh_" + hook.task();
    return call.post(
            hook.url(),
            sent,
            Map.of(
                "content-type",
                "application/json",
                "user-agent",
                "remuda-webhook/1",
                "webhook-id",
                id,
                "webhook-timestamp",
                Long.toString(now.getEpochSecond()),
                "webhook-signature",
                signature.of(id, now, sent)))
        .handle(
            (status, failure) ->
                failure != null
                    ? failed(hooks, hook, String.valueOf(failure.getMessage()))
                    : answered(hooks, hook, status))
        .thenCompose(next -> next);
  }

  private CompletionStage<Void> answered(PendingHooks hooks, Hook hook, int status) {
    if (status >= 200 && status < 300) {
      count("delivered");
      return hooks.done(hook.task());
    }
    return status == GONE
        ? drop(hooks, hook, "it answered 410")
        : failed(hooks, hook, "it answered " + status);
  }

  private CompletionStage<Void> failed(PendingHooks hooks, Hook hook, String reason) {
    count("failed");
    int failed = hook.tries() + 1;
    Optional<Duration> pause = policy.pause(failed, random);
    if (pause.isEmpty()) {
      return drop(hooks, hook, failed + " deliveries failed, the last since " + reason);
    }
    LOG.debug("event=webhook-failed task={} tries={} reason={}", hook.task(), failed, reason);
    return hooks.again(hook.task(), failed, clock.instant().plus(pause.get()));
  }

  private static CompletionStage<Void> drop(PendingHooks hooks, Hook hook, String reason) {
    count("dropped");
    LOG.warn(
        "event=webhook-dropped task={} host={} reason={}",
        hook.task(),
        hook.url().getHost(),
        reason);
    return hooks.done(hook.task());
  }

  private static void count(String outcome) {
    Kamon.counter(MetricNames.WEBHOOKS).withTag(MetricNames.OUTCOME, outcome).increment();
  }
}
