package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Tenure.Mode;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseGateTest {

  private static final InstanceId ID = InstanceId.of("chat-1");
  private static final long FAR = Duration.ofHours(1).toNanos();

  private final AtomicLong nanos = new AtomicLong();
  private final LeaseGate lease = new LeaseGate(ID, Tenure.NEVER, nanos::get);

  private static LeaseToken token(long number) {
    return new LeaseToken(new LeaseId("l" + number), number);
  }

  private static Tenure tenure(Mode mode, long number) {
    return new Tenure(mode, Optional.of(token(number)), FAR);
  }

  @Test
  void refusesWithACodeForEachWayToBeRefused() {
    lease.become(tenure(Mode.HELD, 5));

    assertThat(lease.objection(Optional.of(token(5)))).isEmpty();
    assertThat(lease.objection(Optional.empty()).map(Refused::code))
        .contains(ErrorCode.MODEL_NOT_READY);
    assertThat(lease.objection(Optional.of(token(4))).map(Refused::code))
        .contains(ErrorCode.STALE_LEASE);
    nanos.set(FAR);
    assertThat(lease.objection(Optional.of(token(5))).map(Refused::code)).contains(ErrorCode.ENDED);
    assertThat(lease.objection(Optional.empty())).isEmpty();
  }

  @Test
  void cutsTheCallsOfLeasesThatAreOverAndOnce() {
    List<String> cut = new ArrayList<>();
    lease.become(tenure(Mode.HELD, 5));
    lease.enter(token(5), why -> cut.add("5 " + why.code().code()));
    lease.enter(token(5), why -> cut.add("gone")).over();
    lease.cutStale();
    assertThat(cut).isEmpty();

    lease.become(tenure(Mode.CLEARING, 6));
    lease.cutStale();
    lease.cutStale();

    assertThat(cut).containsExactly("5 ended");
  }

  @Test
  void cutsTheCallsOfOneLeaseAndLeavesOthersTheirTime() {
    List<String> cut = new ArrayList<>();
    lease.enter(token(5), why -> cut.add("5"));
    lease.enter(token(6), why -> cut.add("6"));

    lease.cutStale(token(6).lease());
    assertThat(cut).containsExactly("6");

    lease.cutStale(token(5).lease());
    assertThat(cut).containsExactly("6", "5");
  }

  @Test
  void aLeaseThatIsGrantedAnewIsNotToldThatItHasEnded() {
    List<ErrorCode> cut = new ArrayList<>();
    LeaseId same = new LeaseId("same");
    lease.become(new Tenure(Mode.HELD, Optional.of(new LeaseToken(same, 5)), FAR));
    lease.enter(new LeaseToken(same, 5), why -> cut.add(why.code()));

    lease.become(new Tenure(Mode.CLEARING, Optional.of(new LeaseToken(same, 6)), FAR));
    lease.cutStale();

    assertThat(cut).containsExactly(ErrorCode.STALE_LEASE);
  }

  /** The rule by which an instance knows that it has only the holder's calls. */
  @Test
  void nobodyElseIsInsideOnceTheGateWasSeenEmptyAfterClosing()
      throws ExecutionException, InterruptedException, TimeoutException {
    Gate gate = new Gate(4, 0);
    gate.open();
    AtomicInteger everybody = new AtomicInteger();
    AtomicInteger intruders = new AtomicInteger();
    AtomicInteger passed = new AtomicInteger();
    AtomicBoolean mine = new AtomicBoolean();
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(3);
    List<Future<?>> callers = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        callers.add(
            threads.submit(
                () -> {
                  while (!over.get()) {
                    call(gate, everybody, passed, intruders, mine);
                  }
                }));
      }
      for (int number = 1; number <= 300; number++) {
        int seen = passed.get();
        long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (passed.get() == seen && System.nanoTime() < patience) {
          Thread.onSpinWait();
        }
        lease.become(tenure(Mode.CLEARING, number));
        gate.whenEmpty().toCompletableFuture().get(30, TimeUnit.SECONDS);
        mine.set(true);
        assertThat(everybody.get()).as("calls of others while lease %d holds", number).isZero();
        mine.set(false);
        lease.become(tenure(Mode.FREE, number));
      }
    } finally {
      over.set(true);
      for (Future<?> caller : callers) {
        caller.get(30, TimeUnit.SECONDS);
      }
      threads.shutdown();
    }
    assertThat(intruders).hasValue(0);
    assertThat(passed.get()).isPositive();
  }

  private void call(
      Gate gate,
      AtomicInteger everybody,
      AtomicInteger passed,
      AtomicInteger intruders,
      AtomicBoolean mine) {
    Optional<Admission.Permit> permit = gate.tryAcquire();
    if (permit.isEmpty()) {
      return;
    }
    if (lease.objection(Optional.empty()).isEmpty()) {
      everybody.incrementAndGet();
      if (mine.get()) {
        intruders.incrementAndGet();
      }
      everybody.decrementAndGet();
      passed.incrementAndGet();
    }
    permit.get().release();
  }

  @Test
  void aGateThatIsIdleSaysSoAtOnceAndAnotherWhenItsLastPermitIsBack() {
    Gate gate = new Gate(2, 0);
    gate.open();
    assertThat(gate.whenEmpty().toCompletableFuture()).isDone();

    Admission.Permit one = gate.tryAcquire().orElseThrow();
    Admission.Permit other = gate.tryAcquire().orElseThrow();
    var idle = gate.whenEmpty().toCompletableFuture();
    one.release();
    assertThat(idle).isNotDone();
    other.release();

    assertThat(idle).isDone();
    assertThat(gate.isOpen()).isTrue();
  }
}
