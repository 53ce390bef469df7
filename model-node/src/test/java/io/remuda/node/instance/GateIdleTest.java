package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.node.instance.Admission.Permit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** For how long an instance has had nothing to do. */
class GateIdleTest {

  private final AtomicLong nanos = new AtomicLong();
  private final Gate gate = new Gate(1, 1, nanos::get);

  @Test
  void countsFromItsOpening() {
    passes(5);
    gate.open();
    passes(3);

    assertThat(gate.idle()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void countsFromTheReturnOfTheLastPermit() {
    gate.open();
    Permit permit = gate.tryAcquire().orElseThrow();
    passes(5);
    assertThat(gate.idle()).isZero();

    permit.release();
    passes(2);

    assertThat(gate.idle()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void isNotIdleWhileAnybodyWaitsOrIsServedNext() {
    gate.open();
    Permit permit = gate.tryAcquire().orElseThrow();
    List<Admission> told = new ArrayList<>();
    gate.acquire(told::add);
    passes(5);

    permit.release();
    passes(5);

    assertThat(told).hasSize(1);
    assertThat(gate.idle()).isZero();
  }

  @Test
  void durableTasksAreWorkToo() {
    gate.open();
    List<Admission> told = new ArrayList<>();
    gate.await(told::add);
    passes(5);
    assertThat(gate.idle()).isZero();

    ((Admission.Granted) told.get(0)).permit().release();
    passes(1);

    assertThat(gate.idle()).isEqualTo(Duration.ofSeconds(1));
  }

  private void passes(int seconds) {
    nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
  }
}
