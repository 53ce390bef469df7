package io.remuda.gateway.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.edge.Metering.Admission;
import io.remuda.gateway.edge.Metering.Taken;
import io.remuda.gateway.edge.Sender;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.Spent;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.Purse;
import io.remuda.protocol.limit.TenantLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One gateway's part of keeping limits and counting, with a registry in memory. */
class MeterTest {

  private static final Instant NOW = Instant.parse("2030-03-15T10:30:00Z");
  private static final long DAY = Instant.parse("2030-03-15T00:00:00Z").getEpochSecond() / 3_600;
  private static final long MONTH = Instant.parse("2030-03-01T00:00:00Z").getEpochSecond() / 3_600;
  private static final Metering.Wish CHAT = new Metering.Wish(true, 400, 100);

  private final MeterSettings settings =
      new MeterSettings(
          new Purse.Times(1, 2, 1_000, 3_000),
          256,
          false,
          Duration.ofHours(1),
          Duration.ofSeconds(2),
          100);
  private final AtomicLong nanos = new AtomicLong();
  private final FakeRegistry registry = new FakeRegistry();

  /** Nothing happens by itself: the test says when. */
  private final ScheduledThreadPoolExecutor timers =
      new ScheduledThreadPoolExecutor(1) {
        @Override
        public ScheduledFuture<?> scheduleWithFixedDelay(
            Runnable round, long first, long delay, TimeUnit unit) {
          return schedule(() -> {}, 1, TimeUnit.DAYS);
        }

        @Override
        public void execute(Runnable round) {}
      };

  private AccessTable table = AccessTable.EMPTY;
  private Instant now = NOW;
  private final List<String> refusals = new ArrayList<>();
  private final Meter meter =
      new Meter(
          () -> table,
          settings,
          () -> now,
          nanos::get,
          (kind, owner) -> refusals.add(kind + " of " + owner));
  private UsageVoice voice = voice();

  private UsageVoice voice() {
    return UsageVoice.start(meter, settings, registry, timers);
  }

  @AfterEach
  void stop() {
    voice.close();
    timers.shutdownNow();
  }

  private void key(String id, Optional<String> tenant, Limits limits) {
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
                    tenant,
                    List.of())
                .limitedAt(table.entries().size() + 2, limits));
  }

  private void tenant(String name, Limits limits) {
    table = table.with(new TenantLimits(name, limits, 1));
  }

  private Admission admit(String key) {
    Optional<String> tenant = KeyId.parse(key).flatMap(id -> table.get(id)).flatMap(ApiKey::tenant);
    return admit(key, tenant, CHAT);
  }

  private Admission admit(String key, Metering.Wish wish) {
    return admit(key, Optional.empty(), wish);
  }

  private Admission admit(String key, Optional<String> tenant, Metering.Wish wish) {
    Admission admission =
        meter.admit(Sender.of(key, tenant, Optional.empty(), Optional.empty()), wish);
    nanos.addAndGet(Duration.ofMillis(5).toNanos());
    voice.ask();
    return admission;
  }

  private static ErrorCode code(Admission admission) {
    return admission.refused().orElseThrow().code();
  }

  @Test
  void letsInAsManyAsTheKeysLimitSaysAndTellsWhatIsLeft() {
    key("abcd1234", Optional.empty(), new Limits(3, 0, 0, 0));

    assertThat(admit("abcd1234").refused()).isEmpty();
    Admission second = admit("abcd1234");
    assertThat(admit("abcd1234").refused()).isEmpty();
    Admission fourth = admit("abcd1234");

    assertThat(Map.ofEntries(second.headers().toArray(Map.Entry[]::new)))
        .containsEntry("x-ratelimit-limit-requests", "3")
        .containsEntry("x-ratelimit-remaining-requests", "1")
        .containsKey("x-ratelimit-reset-requests")
        .doesNotContainKey("x-ratelimit-limit-tokens");
    assertThat(code(fourth)).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
    assertThat(fourth.refused().orElseThrow().message()).contains("key abcd1234", "3 requests");
    assertThat(fourth.retryAfter()).isPositive();
  }

  @Test
  void aTenantsKeysShareItsLimitAndWhatIsRefusedTakesNothingOfTheKeysOwn() {
    key("aaaa1111", Optional.of("acme"), new Limits(10, 0, 0, 0));
    key("bbbb2222", Optional.of("acme"), Limits.NONE);
    tenant("acme", new Limits(2, 0, 0, 0));

    assertThat(admit("bbbb2222").refused()).isEmpty();
    assertThat(admit("aaaa1111").refused()).isEmpty();
    Admission third = admit("aaaa1111");

    assertThat(code(third)).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
    assertThat(third.refused().orElseThrow().message()).contains("tenant acme");
    Account own = meter.accounts().find("key.aaaa1111").orElseThrow();
    assertThat(own.purse().requestsLeft(meter.now(), own.limits()).remaining()).isEqualTo(9);
  }

  @Test
  void eachRefusalIsNotedOnceByItsLimitAndWhoseThatIs() {
    key("aaaa1111", Optional.empty(), new Limits(1, 0, 0, 0));
    key("bbbb2222", Optional.of("acme"), new Limits(10, 0, 0, 0));
    key("cccc3333", Optional.empty(), new Limits(0, 0, 1_000, 0));
    key("dddd4444", Optional.empty(), new Limits(0, 0, 1_000, 0));
    tenant("acme", new Limits(0, 300, 0, 0));

    admit("aaaa1111");
    admit("bbbb2222");
    admit("cccc3333", new Metering.Wish(true, 400, 1_000_000));
    admit("dddd4444").ticket().over("chat", false, new Taken(1_000, 0, 0, true));
    assertThat(refusals).as("all of them came in").isEmpty();
    admit("aaaa1111");
    admit("bbbb2222");
    admit("cccc3333");
    admit("dddd4444");

    assertThat(refusals)
        .containsExactly(
            "REQUESTS of KEY", "TOKENS of TENANT", "BUDGET_HELD of KEY", "BUDGET of KEY");
  }

  @Test
  void aTaskThatALimitKeepsOutIsNotedAsARequestIs() {
    key("abcd1234", Optional.empty(), new Limits(1, 0, 0, 0));
    Sender sender = Sender.of("abcd1234", Optional.empty(), Optional.empty(), Optional.empty());

    meter.admitTask(sender, CHAT);
    meter.admitTask(sender, CHAT);

    assertThat(refusals).containsExactly("REQUESTS of KEY");
  }

  @Test
  void tokensOfAnIssuerAreUnderTheirTenantsLimitAndCountedForIt() {
    tenant("acme", new Limits(1, 0, 0, 0));

    Admission first = admit("oidc:ada", Optional.of("acme"), CHAT);
    Admission second = admit("oidc:bob", Optional.of("acme"), CHAT);
    first.ticket().over("chat", false, new Taken(5, 5, 0, true));
    voice.handIn().toCompletableFuture().join();

    assertThat(first.refused()).isEmpty();
    assertThat(code(second)).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
    assertThat(second.refused().orElseThrow().message()).contains("tenant acme");
    assertThat(registry.ofTenant("acme")).isEqualTo(new Count(1, 0, 0, 5, 5, 0));
  }

  @Test
  void whoHasNoLimitIsLetInAndCounted() {
    admit("abcd1234").ticket().over("chat", false, new Taken(7, 11, 2, true));
    admit("").ticket().over("chat", true, new Taken(1, 0, 0, false));

    assertThat(voice.handIn().toCompletableFuture().join()).isTrue();
    assertThat(registry.of("abcd1234", "chat")).isEqualTo(new Count(1, 0, 0, 7, 11, 2));
    assertThat(registry.of("", "chat")).isEqualTo(new Count(1, 1, 1, 1, 0, 0));
  }

  /** What it used is told by whoever ends it, so that nothing of it is told here. */
  @Test
  void aTaskTakesItsPartOfTheMinuteAndHoldsNothingOfTheBudget() {
    key("abcd1234", Optional.empty(), new Limits(2, 0, 1_000, 0));
    Sender sender = Sender.of("abcd1234", Optional.empty(), Optional.empty(), Optional.empty());

    assertThat(meter.admitTask(sender, CHAT).refused()).isEmpty();
    nanos.addAndGet(Duration.ofMillis(5).toNanos());
    voice.ask();
    assertThat(meter.admitTask(sender, CHAT).refused()).isEmpty();
    Admission third = meter.admitTask(sender, CHAT);

    assertThat(code(third)).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
    assertThat(meter.accounts().find("key.abcd1234").orElseThrow().isSettled()).isTrue();
    assertThat(meter.book().isEmpty()).isTrue();
    registry.spent(new Spent("key.abcd1234", DAY, 1_000, MONTH, 1_000));
    voice.handIn().toCompletableFuture().join();
    assertThat(code(meter.admitTask(sender, CHAT))).isEqualTo(ErrorCode.INSUFFICIENT_QUOTA);
  }

  @Test
  void aTaskThatCameIntoNoQueueGivesItsPartOfTheMinuteBackOnce() {
    key("abcd1234", Optional.empty(), new Limits(10, 0, 0, 0));
    Sender sender = Sender.of("abcd1234", Optional.empty(), Optional.empty(), Optional.empty());

    Metering.Ticket first = meter.admitTask(sender, CHAT).ticket();
    assertThat(code(meter.admitTask(sender, CHAT))).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
    first.giveBack();
    assertThat(meter.admitTask(sender, CHAT).refused()).isEmpty();
    first.giveBack();

    assertThat(code(meter.admitTask(sender, CHAT))).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
  }

  @Test
  void aTaskGivesBackWhatItTookUnderTheLimitsOfThen() {
    Sender sender = Sender.of("abcd1234", Optional.empty(), Optional.empty(), Optional.empty());
    key("abcd1234", Optional.empty(), new Limits(0, 1_000, 0, 0));
    Metering.Ticket ofTokens = meter.admitTask(sender, CHAT).ticket();

    // A tenth of ten a minute may come in before the registry has said anything.
    key("abcd1234", Optional.empty(), new Limits(10, 0, 0, 0));
    assertThat(meter.admitTask(sender, CHAT).refused()).isEmpty();
    ofTokens.giveBack();

    assertThat(code(meter.admitTask(sender, CHAT)))
        .as("it took no request")
        .isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
  }

  @Test
  void aBudgetThatIsUsedUpIsRefusedUntilItsNextDay() {
    key("abcd1234", Optional.empty(), new Limits(0, 0, 1_000, 0));

    admit("abcd1234").ticket().over("chat", false, new Taken(300, 300, 0, true));
    assertThat(admit("abcd1234").refused()).as("of this gateway 600 and 200 under way").isEmpty();
    registry.spent(new Spent("key.abcd1234", DAY, 1_000, MONTH, 1_000));
    voice.handIn().toCompletableFuture().join();
    Admission refused = admit("abcd1234");

    assertThat(code(refused)).isEqualTo(ErrorCode.INSUFFICIENT_QUOTA);
    assertThat(refused.refused().orElseThrow().message())
        .contains("1000 tokens a day", "2030-03-16T00:00:00Z");
  }

  @Test
  void aBudgetOfAMonthCountsWhatAllGatewaysHandedIn() {
    key("abcd1234", Optional.of("acme"), Limits.NONE);
    tenant("acme", new Limits(0, 0, 0, 5_000));
    registry.spent(new Spent("tenant.acme", DAY, 0, MONTH, 5_000));

    assertThat(admit("abcd1234").refused()).as("nobody has told yet").isEmpty();
    voice.handIn().toCompletableFuture().join();

    assertThat(code(admit("abcd1234"))).isEqualTo(ErrorCode.INSUFFICIENT_QUOTA);
  }

  @Test
  void aBudgetThatRequestsUnderWayMayTakeIsWorthAnotherTry() {
    key("abcd1234", Optional.empty(), new Limits(0, 0, 1_000, 0));

    Admission large = admit("abcd1234", new Metering.Wish(true, 400, 1_000_000));
    Admission second = admit("abcd1234");
    large.ticket().over("chat", false, new Taken(5, 5, 0, true));
    Admission third = admit("abcd1234");

    assertThat(large.refused()).isEmpty();
    assertThat(code(second)).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
    assertThat(second.refused().orElseThrow().message()).contains("0 of 1000", "under way");
    assertThat(second.retryAfter()).isBetween(Duration.ofMillis(1), Duration.ofSeconds(5));
    assertThat(third.refused()).isEmpty();
  }

  @Test
  void whatTheBookHasNoRoomForDoesNotStayInABudget() {
    key("abcd1234", Optional.empty(), new Limits(0, 0, 1_000, 0));
    registry.away(true);
    for (int i = 0; i < 100; i++) {
      admit("").ticket().over("model-" + i, false, new Taken(1, 0, 0, true));
    }

    admit("abcd1234").ticket().over("chat", false, new Taken(5_000, 0, 0, true));
    registry.away(false);
    voice.handIn().toCompletableFuture().join();

    assertThat(meter.book().isEmpty()).isTrue();
    assertThat(admit("abcd1234").refused()).isEmpty();
  }

  @Test
  void whatWasUsedYesterdayAndWaitsIsOfYesterdaysBudget() {
    key("abcd1234", Optional.empty(), new Limits(0, 0, 1_000, 0));
    registry.away(true);
    admit("abcd1234").ticket().over("chat", false, new Taken(1_000, 0, 0, true));
    assertThat(code(admit("abcd1234"))).isEqualTo(ErrorCode.INSUFFICIENT_QUOTA);

    now = NOW.plus(Duration.ofDays(1));

    assertThat(admit("abcd1234").refused()).isEmpty();
  }

  @Test
  void whatWasUsedBeforeThereWasABudgetIsNotTakenOffIt() {
    admit("abcd1234").ticket().over("chat", false, new Taken(5_000, 0, 0, true));
    key("abcd1234", Optional.empty(), new Limits(0, 0, 1_000, 0));
    admit("abcd1234").ticket().over("chat", false, new Taken(1, 0, 0, true));
    voice.handIn().toCompletableFuture().join();

    admit("abcd1234").ticket().over("chat", false, new Taken(1_000, 0, 0, true));

    assertThat(code(admit("abcd1234"))).isEqualTo(ErrorCode.INSUFFICIENT_QUOTA);
  }

  @Test
  void whatWasHandedInCountsOnceThoughItsAnswerWasLost() {
    admit("abcd1234").ticket().over("chat", false, new Taken(5, 5, 0, true));
    registry.losesAnswers(true);
    assertThat(voice.handIn().toCompletableFuture().join()).isFalse();
    admit("abcd1234").ticket().over("chat", false, new Taken(1, 1, 0, true));
    assertThat(voice.handIn().toCompletableFuture().join()).isFalse();
    registry.losesAnswers(false);

    assertThat(voice.handIn().toCompletableFuture().join()).isTrue();
    assertThat(voice.handIn().toCompletableFuture().join()).isTrue();
    assertThat(registry.of("abcd1234", "chat")).isEqualTo(new Count(2, 0, 0, 6, 6, 0));
    assertThat(meter.book().isEmpty()).isTrue();
  }

  @Test
  void whatNobodyTakesInWaitsAndGoesWithTheEnd() {
    registry.away(true);
    admit("abcd1234").ticket().over("chat", false, new Taken(5, 5, 0, true));
    assertThat(voice.handIn().toCompletableFuture().join()).isFalse();
    assertThat(registry.of("abcd1234", "chat")).isEqualTo(Count.NONE);
    registry.away(false);
    admit("abcd1234").ticket().over("chat", false, new Taken(1, 1, 0, true));

    voice.end().toCompletableFuture().join();

    assertThat(registry.of("abcd1234", "chat")).isEqualTo(new Count(2, 0, 0, 6, 6, 0));
  }

  @Test
  void anEndWaitsForThePartThatIsUnderWayAndHandsInWhatCameBehindIt() {
    admit("abcd1234").ticket().over("chat", false, new Taken(5, 5, 0, true));
    CompletableFuture<Boolean> answers = registry.slow();
    var first = voice.handIn();
    admit("abcd1234").ticket().over("chat", false, new Taken(1, 1, 0, true));

    CompletableFuture<?> end = voice.end().toCompletableFuture();
    assertThat(end).isNotDone();
    answers.complete(true);

    assertThat(first.toCompletableFuture()).isCompletedWithValue(true);
    assertThat(end).isCompleted();
    assertThat(registry.of("abcd1234", "chat")).isEqualTo(new Count(2, 0, 0, 6, 6, 0));
    assertThat(meter.book().isEmpty()).isTrue();
  }

  @Test
  void anEndGivesUpWhereNobodyTakesItIn() {
    admit("abcd1234").ticket().over("chat", false, new Taken(5, 5, 0, true));
    registry.away(true);
    int before = registry.handIns();

    assertThat(voice.end().toCompletableFuture().join()).isEqualTo(false);
    assertThat(registry.handIns() - before).isEqualTo(2);
  }

  @Test
  void budgetsAreAskedForBehindTheLinesAHundredAtATimeInTurn() {
    for (int i = 1_000; i < 1_150; i++) {
      key("abcd" + i, Optional.empty(), new Limits(0, 0, 1_000, 0));
      meter.admit(
          Sender.of("abcd" + i, Optional.empty(), Optional.empty(), Optional.empty()), CHAT);
    }
    admit("").ticket().over("chat", false, new Taken(5, 5, 0, true));
    nanos.addAndGet(Duration.ofSeconds(5).toNanos());
    voice.handIn().toCompletableFuture().join();

    List<HandIn> parts = registry.parts();
    assertThat(parts).extracting(part -> part.lines().size()).containsExactly(0, 1, 0);
    assertThat(parts).extracting(part -> part.budgets().size()).containsExactly(100, 0, 100);
    assertThat(parts.stream().flatMap(part -> part.budgets().stream()).distinct())
        .as("whoever was not told of comes first")
        .hasSize(150);
  }

  @Test
  void withoutARegistryRequestsGoOnWithinThisGatewaysPart() {
    key("abcd1234", Optional.empty(), new Limits(20, 0, 0, 0));
    registry.away(true);

    int first = 0;
    for (int i = 0; i < 10; i++) {
      first += admit("abcd1234").refused().isEmpty() ? 1 : 0;
    }
    nanos.addAndGet(Duration.ofSeconds(4).toNanos());
    int later = 0;
    for (int i = 0; i < 30; i++) {
      later += admit("abcd1234").refused().isEmpty() ? 1 : 0;
    }

    assertThat(first).as("a tenth while an answer may still come").isEqualTo(2);
    assertThat(first + later).isEqualTo(20);
  }

  @Test
  void tokensThatWereEstimatedAreGivenBackAndThoseThatWereNotArePaid() {
    key("abcd1234", Optional.empty(), new Limits(0, 1_000, 0, 0));

    Admission first = admit("abcd1234");
    first.ticket().over("chat", false, new Taken(10, 10, 0, true));
    long left = left("x-ratelimit-remaining-tokens", admit("abcd1234"));
    admit("abcd1234").ticket().over("chat", false, new Taken(500, 900, 0, true));

    assertThat(left).isEqualTo(1_000 - 20 - 200);
    assertThat(code(admit("abcd1234"))).isEqualTo(ErrorCode.RATE_LIMIT_EXCEEDED);
  }

  private static long left(String name, Admission admission) {
    return admission.headers().stream()
        .filter(header -> header.getKey().equals(name))
        .mapToLong(header -> Long.parseLong(header.getValue()))
        .findFirst()
        .orElse(-1);
  }
}
