package io.remuda.gateway.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Route;
import io.remuda.protocol.RouteTable;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.testing.Eventually;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is called when, of the requests that no instance takes. */
class WaitingRoomTest {

  private static final Duration LONG = Duration.ofMinutes(10);
  private static final Duration SOON = Duration.ofSeconds(30);

  private final Routes routes = new Routes();
  private final ScheduledExecutorService timers = Executors.newSingleThreadScheduledExecutor();
  private final List<String> called = new ArrayList<>();
  private final WaitingRoom room = new WaitingRoom(routes, 5, 5, LONG, timers);
  private long sequence;

  @BeforeEach
  void deploy() {
    listed("chat", DeploymentPhase.STARTING);
  }

  @AfterEach
  void close() throws Exception {
    room.close();
    timers.shutdownNow();
  }

  @Test
  void callsAsManyAsHaveASlotInTheOrderOfTheirArrival() {
    enter("b", 2);
    enter("a", 1);
    enter("c", 3);
    assertThat(called).isEmpty();

    ready("chat-1", 2);

    assertThat(called).containsExactly("a", "b");
    assertThat(room.depths()).containsEntry("chat", 1);
  }

  @Test
  void aSlotThatComesFreeIsForWhoHasWaitedLongest() {
    ready("chat-1", 1);
    Target instance = routes.snapshot().find("chat").orElseThrow().ready(0);
    instance.enter();
    enter("a", 1);
    enter("b", 2);

    instance.leave();
    room.freed("chat");

    assertThat(called).containsExactly("a");
    assertThat(room.isWaitedFor("chat")).isTrue();
  }

  @Test
  void whoeverLeavesIsNotCalled() {
    enter("a", 1).leave();
    enter("b", 2);

    ready("chat-1", 4);

    assertThat(called).containsExactly("b");
    assertThat(room.depths()).isEmpty();
  }

  @Test
  void whoeverWasRefusedComesBackToItsPlaceAndTheLineRests() {
    ready("chat-1", 4);

    enter("a", 1, true);
    enter("b", 2);
    assertThat(called).isEmpty();

    // One slot of this gateway's own comes free.
    room.freed("chat");
    assertThat(called).containsExactly("a");

    // An instance that nobody has asked yet ends the rest.
    ready("chat-2", 4);
    assertThat(called).containsExactly("a", "b");
  }

  @Test
  void aLineThatHasRestedIsCalledAgain() throws Exception {
    ready("chat-1", 4);
    try (WaitingRoom brief = new WaitingRoom(routes, 5, 5, Duration.ofMillis(20), timers)) {
      AtomicInteger calls = new AtomicInteger();
      assertThat(brief.enter(guest("chat", 1, calls::incrementAndGet), LONG, true)).isPresent();

      Eventually.passes("it is called", SOON, () -> assertThat(calls).hasValue(1));
    }
  }

  @Test
  void waitingIsOverWhenItHasBecomeUseless() {
    enter("a", 1);
    enter("b", 2);

    listed("chat", DeploymentPhase.FAILED);

    assertThat(called).containsExactly("a", "b");
  }

  @Test
  void whoeverHasWaitedForItsTimeIsCalledThoughThereIsNothing() {
    AtomicInteger calls = new AtomicInteger();
    assertThat(room.enter(guest("chat", 1, calls::incrementAndGet), Duration.ofMillis(20), false))
        .isPresent();

    Eventually.passes("it is called", SOON, () -> assertThat(calls).hasValue(1));
    assertThat(room.depths()).isEmpty();
  }

  @Test
  void aFullRoomTakesNobodyUntilSomebodyHasGone() {
    Place first = enter("a", 1);
    for (int i = 2; i <= 5; i++) {
      enter("more", i);
    }
    assertThat(room.enter(guest("chat", 6, () -> {}), LONG, false)).isEmpty();

    first.leave();

    assertThat(room.enter(guest("chat", 6, () -> {}), LONG, false)).isPresent();
  }

  @Test
  void aClosedRoomCallsAllAndTakesNobody() throws Exception {
    enter("a", 1);
    enter("b", 2);

    room.close();

    assertThat(called).containsExactly("a", "b");
    assertThat(room.enter(guest("chat", 3, () -> {}), LONG, false)).isEmpty();
  }

  @Test
  void whoeverIsCalledAndTakesNoSlotLeavesItToTheNext() {
    // Its body turns out to be wrong, or its model is not offered at its address.
    for (String who : List.of("a", "b", "c")) {
      assertThat(room.enter(guest("chat", 1, () -> called.add(who)), LONG, false)).isPresent();
    }

    ready("chat-1", 1);

    assertThat(called).containsExactly("a", "b", "c");
  }

  @Test
  void aSlotIsForOneAtATimeWhileItIsTaken() {
    AtomicInteger calls = new AtomicInteger();
    for (int i = 0; i < 3; i++) {
      assertThat(
              room.enter(
                  guest(
                      "chat",
                      i,
                      () -> {
                        calls.incrementAndGet();
                        routes.snapshot().find("chat").orElseThrow().ready(0).enter();
                      }),
                  LONG,
                  false))
          .isPresent();
    }

    ready("chat-1", 1);

    assertThat(calls).hasValue(1);
  }

  @Test
  void afterARefusalThatSomebodyElseGotThoseWhoWaitLookAgain() throws Exception {
    ready("chat-1", 1);
    Target instance = routes.snapshot().find("chat").orElseThrow().ready(0);
    try (WaitingRoom brief = new WaitingRoom(routes, 5, 5, Duration.ofMillis(20), timers)) {
      // This gateway's one slot is tried by somebody who does not wait; another gateway has it.
      instance.enter();
      AtomicInteger calls = new AtomicInteger();
      assertThat(brief.enter(guest("chat", 1, calls::incrementAndGet), LONG, false)).isPresent();
      instance.leave();
      brief.refused("chat");
      assertThat(calls).hasValue(0);

      Eventually.passes("it is called", SOON, () -> assertThat(calls).hasValue(1));
    }
  }

  @Test
  void whoeverIsCalledKeepsItsPlaceInAFullRoom() {
    ready("chat-1", 1);
    Target instance = routes.snapshot().find("chat").orElseThrow().ready(0);
    instance.enter();
    for (int i = 1; i <= 5; i++) {
      enter("w" + i, i);
    }
    Guest first = guest("chat", 0, () -> goes("first"));
    assertThat(room.enter(first, LONG, true)).isEmpty();

    assertThat(room.comeBack(first, LONG, true)).isPresent();
    instance.leave();
    room.freed("chat");
    assertThat(called).startsWith("first");
  }

  @Test
  void whoeverIsCalledAndRefusedHasNotHadItsTurn() {
    ready("chat-1", 1);
    Target instance = routes.snapshot().find("chat").orElseThrow().ready(0);
    instance.enter();
    List<Guest> comesBack = new ArrayList<>();
    Guest first =
        of(
            "one",
            1,
            () -> {
              called.add("one");
              comesBack.forEach(guest -> room.comeBack(guest, LONG, true));
              comesBack.clear();
            });
    comesBack.add(first);
    assertThat(room.enter(first, LONG, false)).isPresent();
    assertThat(room.enter(of("other", 2, () -> called.add("other")), LONG, false)).isPresent();

    instance.leave();
    room.freed("chat");
    assertThat(called).containsExactly("one");
    room.freed("chat");

    assertThat(called).startsWith("one", "one");
  }

  @Test
  void whoeverIsCalledAgainBeforeItHasArrivedKeepsItsTurn() {
    ready("chat-1", 1);
    Target instance = routes.snapshot().find("chat").orElseThrow().ready(0);
    instance.enter();
    Queue<Runnable> loop = new ArrayDeque<>();
    List<Guest> itself = new ArrayList<>();
    Guest first =
        new Guest(
            "chat",
            1,
            new Rank("one", 1, Priority.NORMAL),
            loop::add,
            () -> {
              called.add("one");
              assertThat(room.comeBack(itself.get(0), LONG, true)).isPresent();
              // A request of another loop ends, before this call has returned.
              room.freed("chat");
            });
    itself.add(first);
    assertThat(room.enter(first, LONG, false)).isPresent();
    assertThat(room.enter(of("other", 2, () -> called.add("other")), LONG, false)).isPresent();
    instance.leave();
    room.freed("chat");

    loop.remove().run();
    loop.remove().run();

    assertThat(called).containsExactly("one", "one");
    assertThat(loop).as("its turn is its own still").hasSize(1);
  }

  @Test
  void howManyWaitIsToldByTheirPriorityToo() {
    listed("chat", DeploymentPhase.STARTING);
    Place urgent = room.enter(of(Priority.HIGH), LONG, false).orElseThrow();
    assertThat(room.enter(of(Priority.LOW), LONG, false)).isPresent();
    assertThat(room.enter(of(Priority.LOW), LONG, false)).isPresent();

    assertThat(room.depths(Priority.HIGH)).containsExactly(Map.entry("chat", 1));
    assertThat(room.depths(Priority.LOW)).containsExactly(Map.entry("chat", 2));
    assertThat(room.depths(Priority.NORMAL)).isEmpty();
    urgent.leave();

    assertThat(room.depths(Priority.HIGH)).isEmpty();
    assertThat(room.depths()).containsExactly(Map.entry("chat", 2));
  }

  private static Guest of(Priority priority) {
    return new Guest("chat", 1, new Rank("", 1, priority), Runnable::run, () -> {});
  }

  private static Guest of(String tenant, long arrived, Runnable called) {
    Rank rank = new Rank(tenant, 1, Priority.NORMAL);
    return new Guest("chat", arrived, rank, Runnable::run, called);
  }

  @Test
  void nobodyIsLostOrCalledTwiceWhenAllHappensAtOnce() throws Exception {
    int each = 500;
    WaitingRoom busy = new WaitingRoom(routes, 10_000, 10_000, Duration.ofMillis(1), timers);
    List<AtomicInteger> calls = new CopyOnWriteArrayList<>();
    AtomicInteger gone = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    ExecutorService loop = Executors.newSingleThreadExecutor();
    try (busy) {
      List<Future<?>> work = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        boolean leaves = t == 0;
        work.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < each; i++) {
                    AtomicInteger mine = new AtomicInteger();
                    calls.add(mine);
                    Place place =
                        busy.enter(
                                new Guest(
                                    "chat",
                                    i,
                                    loop,
                                    () -> {
                                      mine.incrementAndGet();
                                      gone.incrementAndGet();
                                      work(busy);
                                    }),
                                LONG,
                                i % 5 == 0)
                            .orElseThrow();
                    if (leaves && place.leave()) {
                      gone.incrementAndGet();
                    }
                  }
                }));
      }
      work.add(
          threads.submit(
              () -> {
                for (int i = 0; i < each; i++) {
                  route("chat-1", i % 2 == 0 ? Phase.READY : Phase.STARTING, 4);
                }
              }));
      for (Future<?> one : work) {
        one.get();
      }
      route("chat-1", Phase.READY, 4);

      Eventually.passes(
          "each was called or left",
          SOON,
          () -> {
            assertThat(busy.depths()).isEmpty();
            assertThat(gone).hasValue(3 * each);
          });
      assertThat(calls).allSatisfy(mine -> assertThat(mine.get()).isLessThanOrEqualTo(1));
    } finally {
      threads.shutdownNow();
      loop.shutdownNow();
    }
  }

  /** As a request does: it takes a slot if there is an instance, and gives it back. */
  private void work(WaitingRoom busy) {
    ModelEntry entry = routes.snapshot().find("chat").orElseThrow();
    if (entry.readyCount() > 0) {
      Target instance = entry.ready(0);
      instance.enter();
      instance.leave();
      busy.freed("chat");
    }
  }

  private Place enter(String who, long arrived) {
    return enter(who, arrived, false);
  }

  private Place enter(String who, long arrived, boolean refused) {
    return room.enter(guest("chat", arrived, () -> goes(who)), LONG, refused).orElseThrow();
  }

  /** As a request does that is called: it takes a slot, if there is an instance. */
  private void goes(String who) {
    called.add(who);
    ModelEntry entry = routes.snapshot().find("chat").orElseThrow();
    if (entry.readyCount() > 0) {
      entry.ready(0).enter();
    }
  }

  private static Guest guest(String model, long arrived, Runnable called) {
    return new Guest(model, arrived, Runnable::run, called);
  }

  private void ready(String instance, int slots) {
    route(instance, Phase.READY, slots);
  }

  private synchronized void route(String instance, Phase phase, int slots) {
    routes.merge(
        new RouteTable(
            List.of(
                new Route(
                    InstanceId.of(instance),
                    new MachineId("m1"),
                    1,
                    ++sequence,
                    phase,
                    "127.0.0.1:1",
                    slots,
                    Set.of(),
                    true,
                    -1,
                    Optional.empty(),
                    0))));
  }

  private void listed(String name, DeploymentPhase phase) {
    routes.merge(
        new Catalog(
            List.of(
                new Listing(
                    new ModelName(name),
                    ++sequence,
                    0,
                    1,
                    phase,
                    "command",
                    Optional.empty(),
                    1,
                    0,
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Instant.EPOCH,
                    false))));
  }
}
