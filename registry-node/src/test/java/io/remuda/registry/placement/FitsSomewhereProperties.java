package io.remuda.registry.placement;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.Verdict;
import io.remuda.registry.testing.Reports;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The short answer is the long one, without its sentences. */
class FitsSomewhereProperties {

  @Property(tries = 300)
  void thereIsAPlaceWhenSomeVerdictSaysSo(
      @ForAll @Size(max = 5) List<@IntRange(max = 9_000) Integer> freeMiB,
      @ForAll @IntRange(max = 8_000) int claimMiB,
      @ForAll boolean cordoned) {
    Reports[] reports = new Reports[freeMiB.size()];
    for (int i = 0; i < reports.length; i++) {
      Reports report = Reports.of("m" + i).memory(10_000, 10_000 - freeMiB.get(i));
      reports[i] = cordoned && i % 2 == 0 ? report.cordoned() : report;
    }
    FleetSnapshot fleet = SchedulerTest.fleet(reports);
    Need need = SchedulerTest.need(aSpec(), new Resources(0, claimMiB, 0, 0));

    boolean fits = Scheduler.fitsSomewhere(fleet, need);

    assertThat(fits)
        .isEqualTo(Scheduler.verdicts(fleet, need).stream().anyMatch(Verdict::fits))
        .isEqualTo(Scheduler.place(fleet, need, new Random(1)).machine().isPresent());
  }
}
