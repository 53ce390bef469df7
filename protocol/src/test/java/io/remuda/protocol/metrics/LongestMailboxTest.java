package io.remuda.protocol.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.AbstractActor;
import akka.actor.ExtendedActorSystem;
import akka.actor.Props;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.LoggingTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.cluster.SystemConfig;
import io.remuda.protocol.config.StrictConfig;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an actor has not taken yet is seen, told when it is much, and forgotten with the actor. */
class LongestMailboxTest {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int MANY = 30;

  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              one-thread {
                type = Dispatcher
                executor = thread-pool-executor
                thread-pool-executor.fixed-pool-size = 1
                throughput = 1
              }
              akka.actor.testkit.typed { filter-leeway = 30s, timefactor = 1 }
              """)
          .withFallback(
              StrictConfig.load(
                  Optional.empty(),
                  ConfigFactory.parseMap(
                      Map.of("remuda.metrics.tick", "100ms", "remuda.metrics.mailbox-alarm", 20))));

  private static final ActorTestKit KIT = ActorTestKit.create("long", SystemConfig.local(CONFIG));

  private final Metrics metrics = Metrics.start(CONFIG);
  private final ExtendedActorSystem system = (ExtendedActorSystem) Adapter.toClassic(KIT.system());
  private final OpenMailboxes open = OpenMailboxes.of(system);
  private final CountDownLatch held = new CountDownLatch(1);

  @AfterEach
  void letGo() {
    held.countDown();
  }

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  @Test
  void whatAnActorHasNotTakenIsSeen() {
    ActorRef<String> slow = slow("slow");

    fill(slow);

    // One of them it holds in its hand.
    assertLongest(Adapter.toClassic(slow), MANY - 1);
    held.countDown();
    Eventually.isTrue("all were taken", SOON, () -> open.longest().isEmpty());
  }

  @Test
  void thatOfAnActorOfTheOtherKindToo() {
    akka.actor.ActorRef slow =
        system.systemActorOf(
            Props.create(Slow.class, () -> new Slow(held)).withDispatcher("one-thread"), "slow");

    IntStream.range(0, MANY).forEach(i -> slow.tell("one", akka.actor.ActorRef.noSender()));

    assertLongest(slow, MANY - 1);
  }

  @Test
  void isForgottenWithItsActor() {
    ActorRef<String> ends =
        KIT.spawn(Behaviors.receiveMessage((String any) -> Behaviors.stopped()), "ends");
    assertThat(open.has(Adapter.toClassic(ends))).isTrue();

    ends.tell("end");

    Eventually.isTrue("it is forgotten", SOON, () -> !open.has(Adapter.toClassic(ends)));
  }

  @Test
  void moreThanTheAlarmIsMeasuredAndTold() {
    ActorRef<String> slow = slow("overrun");
    fill(slow);
    assertLongest(Adapter.toClassic(slow), MANY - 1);

    LoggingTestKit.warn("actor=/user/overrun messages=29 alarm=20")
        .expect(KIT.system(), () -> KIT.spawn(LongestMailbox.create("long-test")));

    Eventually.passes(
        "it shows",
        SOON,
        () ->
            assertThat(metrics.scrape())
                .contains("remuda_mailbox_longest{system=\"long-test\"} 29.0"));

    held.countDown();

    Eventually.passes(
        "it shows that all were taken",
        SOON,
        () ->
            assertThat(metrics.scrape())
                .contains("remuda_mailbox_longest{system=\"long-test\"} 0.0"));
  }

  private void assertLongest(akka.actor.ActorRef actor, int messages) {
    Eventually.passes(
        "it is seen",
        SOON,
        () -> assertThat(open.longest()).contains(new OpenMailboxes.Line(actor, messages)));
  }

  private static void fill(ActorRef<String> actor) {
    IntStream.range(0, MANY).forEach(i -> actor.tell("one"));
  }

  /** An actor that takes one message and then waits. */
  private ActorRef<String> slow(String name) {
    return KIT.spawn(
        Behaviors.receiveMessage(
            (String any) -> {
              held.await();
              return Behaviors.same();
            }),
        name,
        DispatcherSelector.fromConfig("one-thread"));
  }

  private static final class Slow extends AbstractActor {
    private final CountDownLatch held;

    private Slow(CountDownLatch held) {
      this.held = held;
    }

    @Override
    public Receive createReceive() {
      return receiveBuilder().matchAny(any -> held.await()).build();
    }
  }
}
