package io.remuda.registry;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.remuda.protocol.AccessProtocol;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.testing.Eventually;
import io.remuda.registry.journal.JournalStore.Named;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What a registry node makes of the journal's names and of the API keys' word. */
class WakerTest {

  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration NEVER = Duration.ofHours(1);
  private static final Duration AT_ONCE = Duration.ofMillis(10);

  /** Below what is between two steps, above what is between two names of one. */
  private static final Duration STEP = Duration.ofMillis(50);

  /** Two at once, ten times a second. */
  private static final int PACE = 20;

  private static final Named DEMO = new Named("Model|demo", 7);

  private static final ActorTestKit KIT =
      ActorTestKit.create(
          "waker",
          ConfigFactory.parseString(
                  "akka.actor.provider = local, akka.actor.testkit.typed.timefactor = 5")
              .withFallback(ConfigFactory.load()));

  private final World world = new World();
  private final TestProbe<RegistryGuardian.Command> node = KIT.createTestProbe();
  private final ActorRef<Waker.Command> waker =
      KIT.spawn(Waker.create(world, node.getRef(), NEVER, PACE, AT_ONCE));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  @Test
  void aListThatDoesNotComeIsAReasonToDoubtTheDatabaseAndIsReadAgain() {
    world.lists.add(CompletableFuture.failedFuture(new SQLException("Read timed out")));
    world.lists.add(CompletableFuture.completedFuture(List.of(DEMO)));

    waker.tell(Waker.Tick.WAKE);
    node.fishForMessage(
        SOON,
        told ->
            told == Waker.Doubt.STORE
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore());
    assertThat(world.woken).isEmpty();
    waker.tell(Waker.Tick.WAKE);

    Eventually.passes("it is woken", SOON, () -> assertThat(world.woken).containsExactly(DEMO));
  }

  @Test
  void oneListIsReadAtATime() {
    world.lists.add(new CompletableFuture<>());

    for (int i = 0; i < 3; i++) {
      waker.tell(Waker.Tick.WAKE);
    }

    Eventually.passes(
        "the keys are asked three times", SOON, () -> assertThat(world.asked).hasValue(3));
    assertThat(world.reads).hasValue(1);
  }

  @Test
  void namesAreWokenFewAtATimeAndInTheirOrderAndAnotherRoundBeginsAfterThem() {
    List<Named> names = IntStream.range(0, 5).mapToObj(i -> new Named("Model|m-" + i, 1)).toList();
    world.lists.add(CompletableFuture.completedFuture(names));
    world.lists.add(CompletableFuture.completedFuture(List.of(DEMO)));

    waker.tell(Waker.Tick.WAKE);
    Eventually.passes("some are woken", SOON, () -> assertThat(world.woken).isNotEmpty());
    waker.tell(Waker.Tick.WAKE);

    Eventually.passes("all are woken", SOON, () -> assertThat(world.woken).hasSize(6));
    assertThat(world.woken.subList(0, 5)).isEqualTo(names);
    assertThat(world.woken.get(5)).isEqualTo(DEMO);
    assertThat(world.steps()).as("steps of two names").isGreaterThanOrEqualTo(3);
  }

  @Test
  void keysThatCannotBeReadAreAWordAndTheReasonIsTold() {
    world.words.add(refused(ErrorCode.INTERNAL, "of the 3 events 1 are missing"));

    waker.tell(Waker.Tick.WAKE);
    node.expectMessage(new Waker.KeysTold(Optional.of("of the 3 events 1 are missing")));
    waker.tell(Waker.Tick.WAKE);

    node.expectMessage(new Waker.KeysTold(Optional.empty()));
  }

  @Test
  void whereNobodyHasAWordForThemTheyAreAskedAgain() {
    world.words.add(refused(ErrorCode.STORE_UNAVAILABLE, "away"));
    world.words.add(CompletableFuture.failedFuture(new TimeoutException()));
    world.words.add(refused(ErrorCode.REGISTRY_UNAVAILABLE, "handed over"));

    waker.tell(Waker.Tick.WAKE);

    node.expectMessage(new Waker.KeysTold(Optional.empty()));
    assertThat(world.asked).hasValue(4);
  }

  private static CompletionStage<AccessProtocol.Reply> refused(ErrorCode code, String why) {
    return CompletableFuture.completedFuture(
        new AccessProtocol.Reply(List.of(), Optional.of(Refused.of(code, why))));
  }

  /** Answers as told beforehand, and then that all is well and there is nothing. */
  private static final class World implements Waker.World {
    private final Queue<CompletionStage<List<Named>>> lists = new ArrayDeque<>();
    private final Queue<CompletionStage<AccessProtocol.Reply>> words = new ArrayDeque<>();
    private final AtomicInteger reads = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private final List<Named> woken = new CopyOnWriteArrayList<>();
    private final List<Long> times = new CopyOnWriteArrayList<>();

    @Override
    public boolean isAwake() {
      return true;
    }

    @Override
    public CompletionStage<List<Named>> read() {
      reads.incrementAndGet();
      return Optional.ofNullable(lists.poll())
          .orElseGet(() -> CompletableFuture.completedFuture(List.of()));
    }

    @Override
    public void wake(Named name) {
      woken.add(name);
      times.add(System.nanoTime());
    }

    /** How often it was some while until the next one was woken; and the first. */
    private long steps() {
      return 1
          + IntStream.range(1, times.size())
              .filter(i -> times.get(i) - times.get(i - 1) > STEP.toNanos())
              .count();
    }

    @Override
    public CompletionStage<AccessProtocol.Reply> askKeys() {
      asked.incrementAndGet();
      return Optional.ofNullable(words.poll())
          .orElseGet(
              () ->
                  CompletableFuture.completedFuture(
                      new AccessProtocol.Reply(List.of(), Optional.empty())));
    }
  }
}
