package io.remuda.gateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.edge.Sender;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.Purse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a gateway looks whether it has to ask for more of anybody's limits. */
class UsagePaceTest {

  private static final Instant NOW = Instant.parse("2030-03-15T10:30:00Z");
  private static final Metering.Wish CHAT = new Metering.Wish(true, 400, 100);
  private static final long ASK_PAUSE = 7;

  private record Round(Runnable work, long pause, ScheduledFuture<?> handle) {}

  private final MeterSettings settings =
      new MeterSettings(
          new Purse.Times(ASK_PAUSE, 20, 1_000, 3_000),
          256,
          false,
          Duration.ofSeconds(5),
          Duration.ofSeconds(2),
          100);

  private final List<Round> rounds = new ArrayList<>();

  /** Nothing happens by itself: the test says when. */
  private final ScheduledThreadPoolExecutor timers =
      new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(
            Runnable round, long first, long delay, TimeUnit unit) {
          ScheduledFuture<?> handle = schedule(() -> {}, 1, TimeUnit.DAYS);
          rounds.add(new Round(round, unit.toMillis(delay), handle));
          return handle;
        }

        @Override
        public void execute(Runnable round) {}
      };

  private final AtomicLong nanos = new AtomicLong();
  private AccessTable table = AccessTable.EMPTY;
  private final Meter meter = new Meter(() -> table, settings, () -> NOW, nanos::get);
  private final UsageVoice voice = UsageVoice.start(meter, settings, new FakeRegistry(), timers);

  @AfterEach
  void stop() {
    voice.close();
    timers.shutdownNow();
  }

  private long asking() {
    return rounds.stream()
        .filter(round -> round.pause() == ASK_PAUSE && !round.handle().isCancelled())
        .count();
  }

  private void handIn() {
    rounds.stream()
        .filter(round -> round.pause() != ASK_PAUSE)
        .forEach(round -> round.work().run());
  }

  private Metering.Admission comes(String id, Limits limits) {
    table =
        table.with(
            new ApiKey(
                    new KeyId(id),
                    "",
                    "00ff",
                    Set.of(Scope.INFER),
                    Set.of(),
                    NOW,
                    Optional.empty(),
                    false,
                    1,
                    Set.of(),
                    Optional.empty(),
                    List.of())
                .limitedAt(table.entries().size() + 2, limits));
    Sender sender = Sender.of(id, Optional.empty(), Optional.empty(), Optional.empty());
    return meter.admit(sender, CHAT);
  }

  @Test
  void looksForNothingWhileNobodyHasALimit() {
    comes("abcd1234", Limits.NONE);

    assertThat(asking()).isZero();
  }

  @Test
  void looksAtItsPaceFromTheFirstWhoHasOne() {
    comes("abcd1234", new Limits(3, 0, 0, 0));
    comes("abcd5678", new Limits(3, 0, 0, 0));

    assertThat(asking()).isEqualTo(1);
  }

  @Test
  void looksOnWhileOneOfThemIsThere() {
    comes("abcd1234", new Limits(3, 0, 0, 0));

    handIn();

    assertThat(asking()).isEqualTo(1);
  }

  @Test
  void restsOnceTheLastIsForgottenAndLooksAgainForTheNext() {
    comes("abcd1234", new Limits(3, 0, 0, 0))
        .ticket()
        .over("chat", false, new Metering.Taken(5, 5, 0, true));
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    voice.ask();
    handIn();
    nanos.addAndGet(Duration.ofHours(2).toNanos());
    handIn();
    long forgotten = asking();

    comes("abcd5678", new Limits(3, 0, 0, 0));

    assertThat(forgotten).isZero();
    assertThat(asking()).isEqualTo(1);
  }

  @Test
  void looksForThoseWhoWereThereBeforeIt() {
    comes("abcd1234", new Limits(3, 0, 0, 0));
    voice.close();
    long ended = asking();

    UsageVoice next = UsageVoice.start(meter, settings, new FakeRegistry(), timers);

    assertThat(ended).isZero();
    assertThat(asking()).isEqualTo(1);
    next.close();
  }
}
