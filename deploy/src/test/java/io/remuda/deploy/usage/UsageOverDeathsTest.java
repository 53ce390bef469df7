package io.remuda.deploy.usage;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.AskPattern;
import com.typesafe.config.ConfigFactory;
import io.remuda.gateway.edge.Metering;
import io.remuda.gateway.edge.Metering.Taken;
import io.remuda.gateway.edge.Sender;
import io.remuda.gateway.usage.Meter;
import io.remuda.gateway.usage.MeterSettings;
import io.remuda.gateway.usage.UsageVoice;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.AllowanceProtocol;
import io.remuda.protocol.AllowanceProtocol.Ask;
import io.remuda.protocol.AllowanceProtocol.Portion;
import io.remuda.protocol.UsageProtocol;
import io.remuda.protocol.UsageProtocol.Count;
import io.remuda.protocol.UsageProtocol.HandIn;
import io.remuda.protocol.UsageProtocol.HandedIn;
import io.remuda.protocol.UsageProtocol.Lines;
import io.remuda.protocol.UsageProtocol.Read;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.Purse;
import io.remuda.protocol.limit.TenantLimits;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.usage.AllowanceActor;
import io.remuda.registry.usage.AllowanceTimes;
import io.remuda.registry.usage.UsageActor;
import io.remuda.registry.usage.UsageTimes;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway's meter and the registry's owners of use and limits, and who dies between them. */
class UsageOverDeathsTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final Metering.Wish CHAT = new Metering.Wish(true, 40, 10);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final ActorTestKit kit =
      ActorTestKit.create(
          "usage-over-deaths",
          ConfigFactory.parseString("akka.actor.provider = local")
              .withFallback(ConfigFactory.load()));
  private final ScheduledExecutorService timers = Executors.newScheduledThreadPool(2);
  private final JdbcDataSource h2 = new JdbcDataSource();
  private final Held database = new Held(h2);
  private Connection open;
  private volatile ActorRef<UsageProtocol.Command> usage;
  private volatile ActorRef<AllowanceProtocol.Command> allowance;
  private volatile AccessTable table = AccessTable.EMPTY;
  private long limitVersion;

  private final UsageVoice.Registry registry =
      new UsageVoice.Registry() {
        @Override
        public CompletionStage<Portion> allowance(
            String holder, Function<ActorRef<Portion>, Ask> question) {
          return AskPattern.<AllowanceProtocol.Command, Portion>ask(
              allowance, question::apply, PATIENCE, kit.scheduler());
        }

        @Override
        public CompletionStage<HandedIn> handIn(Function<ActorRef<HandedIn>, HandIn> part) {
          return AskPattern.<UsageProtocol.Command, HandedIn>ask(
              usage, part::apply, PATIENCE, kit.scheduler());
        }
      };

  @BeforeEach
  void open() throws Exception {
    h2.setURL("jdbc:h2:mem:usage-over-deaths");
    open = h2.getConnection();
    try (InputStream in =
            Objects.requireNonNull(
                UsageActor.class.getResourceAsStream(
                    "/io/remuda/registry/journal/h2/V4__usage.sql"));
        Statement statement = open.createStatement()) {
      statement.execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
    usage = owner();
    allowance = allowance();
  }

  @AfterEach
  void close() throws Exception {
    timers.shutdownNow();
    kit.shutdownTestKit();
    open.close();
  }

  private ActorRef<UsageProtocol.Command> owner() {
    return kit.spawn(
        UsageActor.create(database, new UsageTimes(Duration.ofDays(400), 100), Clock.systemUTC()));
  }

  private ActorRef<AllowanceProtocol.Command> allowance() {
    return kit.spawn(
        AllowanceActor.create(
            new AllowanceTimes(Duration.ofSeconds(5), Duration.ofMillis(200)), idle -> {}));
  }

  private Meter meter(Duration handInInterval) {
    return new Meter(
        () -> table, settings(handInInterval, PATIENCE), InstantSource.system(), System::nanoTime);
  }

  private static MeterSettings settings(Duration handInInterval, Duration patience) {
    return new MeterSettings(
        new Purse.Times(5, 20, 150, 60_000), 16, false, handInInterval, patience, 1_000);
  }

  private UsageVoice voice(Meter meter, Duration handInInterval) {
    return voice(meter, handInInterval, PATIENCE);
  }

  private UsageVoice voice(Meter meter, Duration handInInterval, Duration patience) {
    return UsageVoice.start(meter, settings(handInInterval, patience), registry, timers);
  }

  private static Metering.Admission admit(Meter meter) {
    return meter.admit(
        Sender.of("oidc:ada", Optional.of("acme"), Optional.empty(), Optional.empty()), CHAT);
  }

  private static void use(Meter meter, int requests) {
    for (int i = 0; i < requests; i++) {
      admit(meter).ticket().over("chat", false, new Taken(3, 4, 0, true));
    }
  }

  private Count read() {
    Lines lines =
        AskPattern.<UsageProtocol.Command, Lines>ask(
                usage,
                replyTo ->
                    new Read(
                        0,
                        Long.MAX_VALUE,
                        Optional.empty(),
                        Optional.of("acme"),
                        Optional.empty(),
                        Set.of(),
                        0,
                        replyTo),
                Duration.ofSeconds(5),
                kit.scheduler())
            .toCompletableFuture()
            .join();
    return lines.lines().stream().map(UsageProtocol.Line::count).reduce(Count.NONE, Count::plus);
  }

  private static void end(UsageVoice voice) throws Exception {
    voice.end().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void anOwnerThatDiesBetweenAPartAndItsAnswerCountsNothingTwiceAndLosesNothing() throws Exception {
    Duration often = Duration.ofMillis(20);
    Meter meter = meter(often);
    // Who was not told asks the next one after so long.
    UsageVoice voice = voice(meter, often, Duration.ofMillis(300));
    for (int deaths = 1; deaths <= 3; deaths++) {
      // given an owner that is writing a part down
      Held.Hold hold = database.hold();
      use(meter, 5);
      hold.awaitSomebody();

      // when it dies, what it writes is written, and nobody is told
      kit.stop(usage);
      database.letGo();
      usage = owner();
      use(meter, 1);

      // then the next one has all of it, once
      long requests = 6L * deaths;
      Eventually.isTrue("all is there", LIMIT, () -> read().requests() >= requests);
      assertThat(read()).isEqualTo(new Count(requests, 0, 0, 3 * requests, 4 * requests, 0));
    }
    voice.close();
    assertThat(read().requests()).isEqualTo(18);
  }

  @Test
  void aGatewayThatIsKilledLosesWhatItHadNotHandedInAndOneThatEndsNothing() throws Exception {
    Duration often = Duration.ofMillis(20);
    Meter killed = meter(often);
    UsageVoice voice = voice(killed, often);
    use(killed, 4);
    Eventually.isTrue("it is handed in", LIMIT, () -> read().requests() == 4);
    voice.close();
    use(killed, 2);

    Duration never = Duration.ofHours(1);
    Meter ends = meter(never);
    UsageVoice last = voice(ends, never);
    use(ends, 3);
    end(last);

    assertThat(read()).isEqualTo(new Count(7, 0, 0, 21, 28, 0));
  }

  private void limit(int requests) {
    table = table.with(new TenantLimits("acme", new Limits(requests, 0, 0, 0), ++limitVersion));
  }

  /** As many as are let in while it tries, within a minute. */
  private static int letIn(Meter meter, int tries) {
    int letIn = 0;
    for (int i = 0; i < tries; i++) {
      if (admit(meter).refused().isEmpty()) {
        letIn++;
      }
    }
    return letIn;
  }

  @Test
  void aLimitThatChangesWhileItsOwnerMovesIsKeptWithWhatWasUsedBefore() throws Exception {
    limit(10);
    Meter meter = meter(Duration.ofHours(1));
    UsageVoice voice = voice(meter, Duration.ofHours(1));
    int[] sum = {0};
    Eventually.isTrue("all ten are used", LIMIT, () -> (sum[0] += letIn(meter, 1)) >= 10);

    // when the limit is halved and its owner is another one, who knows nothing
    kit.stop(allowance);
    limit(5);
    allowance = allowance();
    int[] beyond = {0};
    int[] tries = {0};
    Eventually.isTrue(
        "it is tried for a while",
        LIMIT,
        () -> {
          beyond[0] += letIn(meter, 1);
          return ++tries[0] >= 20;
        });
    // A gateway that is heard of for the first time has a tenth, one at least.
    assertThat(sum[0] + beyond[0]).isBetween(10, 11);

    // when it is doubled, and the owner moves once more
    kit.stop(allowance);
    limit(20);
    allowance = allowance();
    int before = sum[0] + beyond[0];
    int[] more = {0};
    Eventually.isTrue("the rest is used", LIMIT, () -> before + (more[0] += letIn(meter, 1)) >= 20);
    assertThat(before + more[0] + letIn(meter, 50)).isBetween(20, 22);
    voice.close();
  }
}
