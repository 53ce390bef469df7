package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Admission.Permit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GateTest {

  private static Gate open(int slots, int queue) {
    Gate gate = new Gate(slots, queue);
    gate.open();
    return gate;
  }

  private static void ignore(Admission admission) {}

  @Test
  void givesNoMorePermitsThanItHasSlots() {
    Gate gate = open(2, 0);

    assertThat(gate.tryAcquire()).isPresent();
    assertThat(gate.tryAcquire()).isPresent();
    assertThat(gate.tryAcquire()).isEmpty();
    assertThat(gate.acquire(GateTest::ignore)).isEqualTo(new Admission.Full(2));
    assertThat(gate.inFlight()).isEqualTo(2);
  }

  @Test
  void aPermitCountsOnceHoweverOftenItIsReleased() {
    Gate gate = open(2, 0);
    Permit first = gate.tryAcquire().orElseThrow();
    assertThat(gate.tryAcquire()).isPresent();

    first.release();
    first.release();

    assertThat(gate.inFlight()).isEqualTo(1);
  }

  @Test
  void whoWaitsLongestIsServedFirst() {
    Gate gate = open(1, 2);
    Permit permit = gate.tryAcquire().orElseThrow();
    List<String> told = new ArrayList<>();
    gate.acquire(admission -> told.add("first " + admission.getClass().getSimpleName()));
    gate.acquire(admission -> told.add("second " + admission.getClass().getSimpleName()));
    assertThat(gate.acquire(GateTest::ignore)).isEqualTo(new Admission.Full(1));

    permit.release();

    assertThat(told).containsExactly("first Granted");
    assertThat(gate.queued()).isEqualTo(1);
    assertThat(gate.inFlight()).isEqualTo(1);
  }

  @Test
  void keepsAShareFromAllOthersAndOthersFromNoMoreThanIt() {
    Gate gate = open(3, 0);
    ShareSlots share = gate.reserve(2);

    assertThat(gate.tryAcquire()).isPresent();
    assertThat(gate.tryAcquire()).as("the share's").isEmpty();
    assertThat(gate.acquire(share)).isInstanceOf(Admission.Granted.class);
    assertThat(gate.acquire(share)).isInstanceOf(Admission.Granted.class);
    assertThat(gate.acquire(share)).isEqualTo(new Admission.Full(2));
    assertThat(gate.inFlight()).isEqualTo(3);
    assertThat(gate.reserved()).isEqualTo(2);
  }

  @Test
  void aShareHoldsOnceOthersHaveEndedAndCutsNoneOfThem() {
    Gate gate = open(3, 0);
    List<Permit> others = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      others.add(gate.tryAcquire().orElseThrow());
    }
    gate.reserve(2);
    CompletionStage<Void> room = gate.whenRoom();

    others.get(0).release();
    assertThat(room.toCompletableFuture()).isNotDone();
    assertThat(gate.tryAcquire()).isEmpty();
    others.get(1).release();

    assertThat(room.toCompletableFuture()).isCompleted();
    assertThat(gate.inFlight()).isEqualTo(1);
  }

  @Test
  void whatAShareThatIsOverStillHasIsNobodysUntilItIsBack() {
    Gate gate = open(2, 0);
    ShareSlots over = gate.reserve(2);
    Permit last = ((Admission.Granted) gate.acquire(over)).permit();
    gate.unreserve(over);

    assertThat(gate.acquire(over)).isInstanceOf(Admission.Full.class);
    assertThat(gate.tryAcquire()).isPresent();
    assertThat(gate.tryAcquire()).as("beside what is under way").isEmpty();
    gate.reserve(1);
    CompletionStage<Void> room = gate.whenRoom();
    assertThat(room.toCompletableFuture()).isNotDone();
    last.release();

    assertThat(room.toCompletableFuture()).isCompleted();
  }

  @Test
  void whatAShareThatIsOverStillHasIsTakenFromNoOtherShare() {
    Gate gate = open(2, 0);
    ShareSlots over = gate.reserve(1);
    ShareSlots other = gate.reserve(1);
    Permit last = ((Admission.Granted) gate.acquire(over)).permit();
    gate.unreserve(over);

    assertThat(gate.tryAcquire()).as("the other share's").isEmpty();
    assertThat(gate.acquire(other)).isInstanceOf(Admission.Granted.class);
    last.release();

    assertThat(gate.tryAcquire()).isPresent();
  }

  @Test
  void whoWaitsIsServedWhenAShareIsOver() {
    Gate gate = open(1, 1);
    ShareSlots share = gate.reserve(1);
    List<Admission> told = new ArrayList<>();
    assertThat(gate.acquire(told::add)).isInstanceOf(Admission.Queued.class);

    gate.unreserve(share);

    assertThat(told).singleElement().isInstanceOf(Admission.Granted.class);
  }

  @Test
  void aGateWithSharesClosesWhenTheLastPermitIsBack() {
    Gate gate = open(2, 0);
    ShareSlots share = gate.reserve(1);
    Permit permit = ((Admission.Granted) gate.acquire(share)).permit();
    CompletionStage<Void> idle = gate.close();

    assertThat(gate.acquire(share)).isInstanceOf(Admission.Closed.class);
    assertThat(idle.toCompletableFuture()).isNotDone();
    permit.release();

    assertThat(idle.toCompletableFuture()).isCompleted();
  }

  /** The rule by which a holder has its slots, whatever all others do. */
  @Test
  void aHolderGetsItsSlotsWhileStrangersSaturateTheOthers() throws Exception {
    Gate gate = open(4, 2);
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicInteger passed = new AtomicInteger();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    List<Future<?>> strangers = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        strangers.add(
            threads.submit(
                () -> {
                  while (!over.get()) {
                    List<Permit> taken = new ArrayList<>();
                    for (int each = 0; each < 4; each++) {
                      gate.tryAcquire().ifPresent(taken::add);
                    }
                    most.accumulateAndGet(inside.addAndGet(taken.size()), Math::max);
                    passed.addAndGet(taken.size());
                    inside.addAndGet(-taken.size());
                    taken.forEach(Permit::release);
                  }
                }));
      }
      for (int round = 0; round < 200; round++) {
        ShareSlots share = gate.reserve(2);
        gate.whenRoom().toCompletableFuture().get(30, TimeUnit.SECONDS);
        most.set(0);
        for (int i = 0; i < 20; i++) {
          Admission first = gate.acquire(share);
          Admission second = gate.acquire(share);
          assertThat(first).isInstanceOf(Admission.Granted.class);
          assertThat(second).isInstanceOf(Admission.Granted.class);
          assertThat(gate.inFlight()).isLessThanOrEqualTo(4);
          ((Admission.Granted) first).permit().release();
          ((Admission.Granted) second).permit().release();
        }
        assertThat(most.get()).as("strangers at once beside the share").isLessThanOrEqualTo(2);
        gate.unreserve(share);
      }
      long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (passed.get() == 0 && System.nanoTime() < patience) {
        Thread.onSpinWait();
      }
    } finally {
      over.set(true);
      for (Future<?> stranger : strangers) {
        stranger.get(30, TimeUnit.SECONDS);
      }
      threads.shutdown();
    }
    assertThat(passed.get()).isPositive();
    assertThat(gate.inFlight()).isZero();
    assertThat(gate.reserved()).isZero();
  }

  /** A thread may stand still between the two, for as long as it likes. */
  @Test
  void isNotEmptyWhenAPermitWasTakenBetweenTheLastReturnAndItsNews() {
    AtomicReference<Runnable> meanwhile = new AtomicReference<>(() -> {});
    Gate gate =
        new Gate(
            2,
            0,
            () -> {
              meanwhile.getAndSet(() -> {}).run();
              return 0;
            });
    gate.open();
    Permit before = gate.tryAcquire().orElseThrow();
    List<Permit> taken = new ArrayList<>();
    List<CompletionStage<Void>> waiting = new ArrayList<>();
    meanwhile.set(
        () -> {
          taken.add(gate.tryAcquire().orElseThrow());
          waiting.add(gate.whenEmpty());
        });

    before.release();

    assertThat(waiting.get(0).toCompletableFuture()).isNotDone();
    taken.get(0).release();
    assertThat(waiting.get(0).toCompletableFuture()).isCompleted();
  }

  @Test
  void oneWaitsForItToBeEmptyAndWhoDidBeforeIsToldSo() {
    Gate gate = open(1, 0);
    Permit permit = gate.tryAcquire().orElseThrow();
    CompletionStage<Void> earlier = gate.whenEmpty();

    CompletionStage<Void> later = gate.whenEmpty();

    assertThat(earlier.toCompletableFuture()).isCompletedExceptionally();
    permit.release();
    assertThat(later.toCompletableFuture()).isCompleted();
  }

  @Test
  void aWaiterThatLeftGetsNothing() {
    Gate gate = open(1, 1);
    Permit permit = gate.tryAcquire().orElseThrow();
    List<Admission> told = new ArrayList<>();
    Admission.Queued queued = (Admission.Queued) gate.acquire(told::add);

    assertThat(queued.waiter().leave()).isTrue();
    permit.release();

    assertThat(told).isEmpty();
    assertThat(gate.inFlight()).isZero();
    assertThat(gate.queued()).isZero();
    assertThat(queued.waiter().leave()).isFalse();
  }

  @Test
  void aWaiterThatFailsGivesItsGrantToTheNext() {
    Gate gate = open(1, 2);
    Permit permit = gate.tryAcquire().orElseThrow();
    List<Admission> told = new ArrayList<>();
    gate.acquire(
        admission -> {
          throw new IllegalStateException("gone");
        });
    gate.acquire(told::add);

    permit.release();

    assertThat(told).hasOnlyElementsOfType(Admission.Granted.class).hasSize(1);
    assertThat(gate.inFlight()).isEqualTo(1);
  }

  @Test
  void closingRefusesWhoWaitsAndCompletesWhenTheLastPermitIsBack() {
    Gate gate = open(1, 1);
    Permit permit = gate.tryAcquire().orElseThrow();
    List<Admission> told = new ArrayList<>();
    gate.acquire(told::add);

    CompletionStage<Void> drained = gate.close();

    assertThat(told).containsExactly(new Admission.Closed());
    assertThat(gate.acquire(GateTest::ignore)).isEqualTo(new Admission.Closed());
    assertThat(drained.toCompletableFuture()).isNotDone();
    permit.release();
    assertThat(drained.toCompletableFuture()).isDone();
  }

  @Test
  void aGateThatIsOpenedAgainKeepsCountingWhatIsStillOut() {
    Gate gate = open(2, 0);
    Permit old = gate.tryAcquire().orElseThrow();
    CompletionStage<Void> first = gate.close();
    gate.open();

    assertThat(gate.tryAcquire()).isPresent();
    assertThat(gate.tryAcquire()).isEmpty();
    old.release();
    assertThat(gate.tryAcquire()).isPresent();
    assertThat(first.toCompletableFuture()).isNotDone();
  }

  @Test
  void moreSlotsServeWhoWaitsAndFewerHoldAsPermitsComeBack() {
    Gate gate = open(1, 2);
    List<Permit> held = new ArrayList<>();
    held.add(gate.tryAcquire().orElseThrow());
    gate.acquire(admission -> held.add(((Admission.Granted) admission).permit()));

    gate.slots(2);
    assertThat(held).hasSize(2);

    gate.slots(1);
    held.get(0).release();
    assertThat(gate.tryAcquire()).isEmpty();
    held.get(1).release();
    assertThat(gate.tryAcquire()).isPresent();
  }

  /** Something bad never happens: more at once than slots, or a slot that is lost for ever. */
  @Property(tries = 25)
  void holdsItsLimitAndLosesNothingUnderManyThreads(
      @ForAll @IntRange(min = 1, max = 4) int slots,
      @ForAll @IntRange(min = 0, max = 3) int queue,
      @ForAll long seed)
      throws Exception {
    Gate gate = open(slots, queue);
    AtomicInteger working = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    int threads = 6;
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    CountDownLatch start = new CountDownLatch(1);
    List<Future<?>> ends = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      RandomGenerator random = RandomGeneratorFactory.of("SplittableRandom").create(seed + t);
      ends.add(
          pool.submit(
              () -> {
                start.await();
                for (int i = 0; i < 400; i++) {
                  ask(gate, random, working, most);
                  if (random.nextInt(50) == 0) {
                    gate.close();
                    gate.open();
                  }
                }
                return true;
              }));
    }
    start.countDown();
    for (Future<?> end : ends) {
      end.get(30, TimeUnit.SECONDS);
    }
    pool.shutdown();

    assertThat(most.get()).isLessThanOrEqualTo(slots);
    assertThat(gate.queued()).isZero();
    assertThat(gate.inFlight()).isZero();
    assertThat(gate.close().toCompletableFuture()).isDone();
  }

  private static void ask(
      Gate gate, RandomGenerator random, AtomicInteger working, AtomicInteger most) {
    Admission admission = gate.acquire(later -> work(later, working, most));
    if (admission instanceof Admission.Queued queued && random.nextBoolean()) {
      queued.waiter().leave();
    } else {
      work(admission, working, most);
    }
  }

  private static void work(Admission admission, AtomicInteger working, AtomicInteger most) {
    if (admission instanceof Admission.Granted granted) {
      int now = working.incrementAndGet();
      most.accumulateAndGet(now, Math::max);
      Thread.onSpinWait();
      working.decrementAndGet();
      granted.permit().release();
      granted.permit().release();
    }
  }

  @Test
  void thePatientWaitWithoutLimitAndTakeTurnsWithTheOthers() {
    Gate gate = open(1, 2);
    List<Permit> granted = new ArrayList<>();
    List<String> order = new ArrayList<>();
    Permit first = gate.tryAcquire().orElseThrow();
    for (int i = 0; i < 4; i++) {
      String name = "task " + i;
      gate.await(admission -> keep(admission, name, order, granted));
    }
    gate.acquire(admission -> keep(admission, "call 0", order, granted));
    gate.acquire(admission -> keep(admission, "call 1", order, granted));
    assertThat(gate.acquire(GateTest::ignore)).isEqualTo(new Admission.Full(1));
    assertThat(gate.queued()).isEqualTo(2);

    first.release();
    while (!granted.isEmpty()) {
      assertThat(gate.inFlight()).isEqualTo(1);
      granted.remove(0).release();
    }

    assertThat(order).containsExactly("call 0", "task 0", "call 1", "task 1", "task 2", "task 3");
    assertThat(gate.inFlight()).isZero();
    assertThat(gate.queued()).isZero();
  }

  @Test
  void aClosedGateTellsThePatientSo() {
    Gate gate = open(1, 0);
    List<Admission> told = new ArrayList<>();
    Permit permit = gate.tryAcquire().orElseThrow();
    gate.await(told::add);
    assertThat(told).isEmpty();

    gate.close();
    assertThat(told).containsExactly(new Admission.Closed());
    gate.await(told::add);
    assertThat(told).hasSize(2);

    permit.release();
    gate.open();
    gate.await(told::add);
    assertThat(told.get(2)).isInstanceOf(Admission.Granted.class);
  }

  @Test
  void whoCanWaitLongIsSentAwayWhenSharesHaveAllSlots() {
    Gate gate = new Gate(2, 1);
    gate.open();
    Permit permit = gate.tryAcquire().orElseThrow();
    ShareSlots one = gate.reserve(1);
    List<Admission> told = new ArrayList<>();
    gate.await(told::add);
    assertThat(told).as("a slot comes free some time").isEmpty();

    ShareSlots other = gate.reserve(1);

    assertThat(told).containsExactly(new Admission.Closed());
    gate.await(told::add);
    assertThat(told).hasSize(2).endsWith(new Admission.Closed());
    permit.release();
    gate.unreserve(other);
    gate.await(told::add);
    assertThat(told.get(2)).isInstanceOf(Admission.Granted.class);
    assertThat(one.taken()).isZero();
  }

  private static void keep(
      Admission admission, String name, List<String> order, List<Permit> granted) {
    order.add(name);
    granted.add(((Admission.Granted) admission).permit());
  }
}
