package io.remuda.registry.placement;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is said of a machine that has not told all of itself yet. */
class JoiningMachineTest {

  @Test
  void aMachineThatStillLooksAtItsGpusIsNotSaidToBeTooSmall() {
    Need need = SchedulerTest.need(aSpec(), new Resources(24_000, 0, 0, 1));

    Verdict joining = verdict(need, Reports.of("m1").settled(false));
    Verdict settled = verdict(need, Reports.of("m1"));

    assertThat(joining.everFits()).isTrue();
    assertThat(joining.predicate()).isEqualTo("settled");
    assertThat(settled.everFits()).isFalse();
  }

  @Test
  void aMachineThatStillLooksForItsEnginesIsNotSaidToHaveNone() {
    Need need = SchedulerTest.need(aSpec(), Resources.NONE);

    Verdict verdict = verdict(need, Reports.of("m1").withoutEngines());

    assertThat(verdict.fits()).isFalse();
    assertThat(verdict.everFits()).isTrue();
  }

  private static Verdict verdict(Need need, Reports report) {
    FleetSnapshot.Machine machine =
        new FleetSnapshot.Machine(true, false, Duration.ZERO, Duration.ZERO, report.build());
    return Scheduler.verdicts(FleetSnapshot.of(Duration.ofHours(1), false, List.of(machine)), need)
        .get(0);
  }
}
