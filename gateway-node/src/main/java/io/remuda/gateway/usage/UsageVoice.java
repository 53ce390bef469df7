package io.remuda.gateway.usage;

import akka.actor.typed.ActorRef;
import io.remuda.protocol.AllowanceProtocol.Ask;
import io.remuda.protocol.AllowanceProtocol.Portion;
import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Line;
import io.remuda.protocol.limit.Purse;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for more of the limits that are in use, and hands in what was used. A part of it is sent
 * again until it is known to be in the registry's database; one is under way at a time.
 */
public final class UsageVoice implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(UsageVoice.class);

  /** Budgets of keys and tenants that were used within so many intervals are asked for. */
  private static final int BUDGET_INTERVALS = 12;

  /** At the end what failed is tried so often again. */
  private static final int END_AGAIN = 1;

  /** Who is asked; without a registry in sight every question fails. */
  public interface Registry {
    CompletionStage<Portion> allowance(String holder, Function<ActorRef<Portion>, Ask> question);

    CompletionStage<HandedIn> handIn(Function<ActorRef<HandedIn>, HandIn> part);
  }

  private final Meter meter;
  private final MeterSettings settings;
  private final Registry registry;
  private final ScheduledExecutorService timers;
  private final ScheduledFuture<?> handingIn;
  private final AtomicBoolean hurried = new AtomicBoolean();

  private CompletableFuture<Boolean> running = CompletableFuture.completedFuture(true);

  /** Of the two below; not this object itself, as requests never wait for what is handed in. */
  private final Object pace = new Object();

  /** Rounds that ask, while anybody has a limit. */
  private Optional<ScheduledFuture<?>> asking = Optional.empty();

  private boolean closed;

  /** Of this start. */
  private final String gateway = UUID.randomUUID().toString();

  private UsageVoice(
      Meter meter, MeterSettings settings, Registry registry, ScheduledExecutorService timers) {
    this.meter = meter;
    this.settings = settings;
    this.registry = registry;
    this.timers = timers;
    long handIn = settings.handInInterval().toMillis();
    this.handingIn =
        timers.scheduleWithFixedDelay(this::handInRound, handIn, handIn, TimeUnit.MILLISECONDS);
    meter.onShort(this::hurry);
  }

  /** From now on it asks, also of those who have been there before. */
  private void begin() {
    meter.accounts().onFirst(this::askFromNowOn);
    if (!meter.accounts().isEmpty()) {
      askFromNowOn();
    }
  }

  /** Somebody has a limit. Most fleets have none, and then there is nothing to look for. */
  private void askFromNowOn() {
    synchronized (pace) {
      if (asking.isEmpty() && !closed) {
        long pause = settings.asking().pause();
        try {
          asking =
              Optional.of(
                  timers.scheduleWithFixedDelay(this::ask, pause, pause, TimeUnit.MILLISECONDS));
        } catch (RejectedExecutionException e) {
          // It ends; nobody is let in any more.
          log.debug("event=allowance-not-asked reason={}", e.toString());
        }
      }
    }
  }

  /** Whoever comes from now on is told to {@link #askFromNowOn} after it is among the accounts. */
  private void restWithoutAccounts() {
    synchronized (pace) {
      if (meter.accounts().isEmpty()) {
        stopAsking();
      }
    }
  }

  private void stopAsking() {
    asking.ifPresent(rounds -> rounds.cancel(false));
    asking = Optional.empty();
  }

  /** Begins to speak. */
  public static UsageVoice start(
      Meter meter, MeterSettings settings, Registry registry, ScheduledExecutorService timers) {
    UsageVoice voice = new UsageVoice(meter, settings, registry, timers);
    voice.begin();
    return voice;
  }

  /** Somebody may be refused who need not be: that does not wait for the next round. */
  private void hurry() {
    if (hurried.compareAndSet(false, true)) {
      try {
        timers.execute(this::ask);
      } catch (RuntimeException e) {
        // It ends; nobody is let in any more.
        log.debug("event=allowance-not-asked reason={}", e.toString());
      }
    }
  }

  /** Asks for all limits for which it is time. */
  void ask() {
    hurried.set(false);
    try {
      meter.accounts().forEach(this::ask);
      if (meter.takeWantsBudgets()) {
        var unused = handIn();
      }
    } catch (RuntimeException e) {
      // The next round asks again.
      log.debug("event=allowance-not-asked reason={}", e.toString());
    }
  }

  private void ask(String holder, Account account) {
    long now = meter.now();
    Purse purse = account.purse();
    if (!purse.isDue(now)) {
      return;
    }
    Purse.Question question = purse.ask(now);
    var unused =
        registry
            .allowance(
                holder,
                replyTo ->
                    new Ask(
                        gateway,
                        question.number(),
                        question.owner(),
                        account.limits(),
                        question.requests(),
                        question.tokens(),
                        replyTo))
            .whenComplete(
                (portion, failure) -> {
                  if (failure == null) {
                    purse.answered(meter.now(), portion);
                  }
                });
  }

  private void handInRound() {
    try {
      meter.accounts().forgetIdle(meter.now());
      restWithoutAccounts();
      var unused = handIn();
    } catch (RuntimeException e) {
      log.debug("event=usage-not-handed-in reason={}", e.toString());
    }
  }

  /**
   * Hands in all that there is, part by part, and then asks for budgets; whether all of it is
   * there. While that is under way, the one that is.
   */
  synchronized CompletionStage<Boolean> handIn() {
    if (running.isDone()) {
      running =
          parts()
              .thenCompose(
                  done ->
                      done
                          ? budgets().thenApply(asked -> true)
                          : CompletableFuture.completedStage(false))
              .toCompletableFuture();
    }
    return running.copy();
  }

  private CompletionStage<Boolean> parts() {
    Optional<UsageBook.Part> part = meter.book().next();
    if (part.isEmpty()) {
      return CompletableFuture.completedStage(true);
    }
    return send(part.get().number(), part.get().lines(), List.of())
        .thenCompose(
            done ->
                done && meter.book().hasClosed()
                    ? parts()
                    : CompletableFuture.completedStage(done));
  }

  /** Behind the parts: sums of a month take a database longer than what is added to it. */
  private CompletionStage<Boolean> budgets() {
    long within = settings.handInInterval().toMillis() * BUDGET_INTERVALS;
    List<String> budgets =
        meter.accounts().budgets(meter.now(), within, UsageProtocol.MOST_BUDGETS);
    return budgets.isEmpty() ? CompletableFuture.completedStage(true) : send(0, List.of(), budgets);
  }

  private CompletionStage<Boolean> send(long number, List<Line> lines, List<String> budgets) {
    return told(replyTo -> new HandIn(gateway, number, lines, budgets, replyTo))
        .toCompletableFuture()
        .copy()
        .orTimeout(settings.handInPatience().toMillis(), TimeUnit.MILLISECONDS)
        .handle(
            (answer, failure) -> {
              if (failure != null || answer.refused().isPresent()) {
                log.debug("event=usage-not-handed-in number={}", number, failure);
                return false;
              }
              meter.handedIn(answer);
              return true;
            });
  }

  private CompletionStage<HandedIn> told(Function<ActorRef<HandedIn>, HandIn> part) {
    try {
      return registry.handIn(part);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /**
   * Hands in what is left, once nobody is let in any more: behind the part that is under way, and
   * until nothing is left or no registry takes it.
   */
  public CompletionStage<?> end() {
    close();
    return rest(0);
  }

  private CompletionStage<Boolean> rest(int failures) {
    return handIn()
        .handle((done, failure) -> failure == null && done)
        .thenCompose(
            done -> {
              int failed = done ? failures : failures + 1;
              return meter.book().isEmpty() || failed > END_AGAIN
                  ? CompletableFuture.completedStage(done)
                  : rest(failed);
            });
  }

  @Override
  public void close() {
    handingIn.cancel(false);
    synchronized (pace) {
      closed = true;
      stopAsking();
    }
  }
}
