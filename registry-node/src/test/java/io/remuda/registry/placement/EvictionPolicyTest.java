package io.remuda.registry.placement;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Capacity;
import io.remuda.protocol.model.InstanceReport;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelDemand;
import io.remuda.protocol.model.NodeReport;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.placement.EvictionPolicy.Eviction;
import io.remuda.registry.placement.EvictionPolicy.Wish;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who makes room for whom. */
class EvictionPolicyTest {

  private static final ModelName DEMO = new ModelName("demo");
  private static final ModelName CHAT = new ModelName("chat");
  private static final Duration IDLE = Duration.ofSeconds(10);
  private static final Wish ASKED = new Wish(DEMO, 0, true, IDLE);
  private static final Wish MISSING = new Wish(DEMO, 0, false, IDLE);
  private static final Need NEED = SchedulerTest.need(aSpec(), memory(6_000));

  private final Map<ModelName, Keep> keeps = new HashMap<>();

  @Test
  void takesThePlaceOfAnEqualThatHasBeenIdleForLong() {
    FleetSnapshot fleet = fleet(full("m1", idle("chat-1", 8_000, IDLE)));

    assertThat(chosen(fleet, ASKED)).containsExactly("chat-1");
  }

  @Test
  void takesNoEqualsPlaceBeforeItHasBeenIdleForLong() {
    FleetSnapshot fleet = fleet(full("m1", idle("chat-1", 8_000, IDLE.minusMillis(1))));

    assertThat(chosen(fleet, ASKED)).isEmpty();
    assertThat(words(fleet, ASKED)).isEqualTo("in place of chat-1: idle for 9 s of 10 s");
  }

  @Test
  void takesNoEqualsPlaceWhenNobodyAsksForIt() {
    FleetSnapshot fleet = fleet(full("m1", idle("chat-1", 8_000, IDLE)));

    assertThat(chosen(fleet, MISSING)).isEmpty();
    assertThat(words(fleet, MISSING)).contains("same priority 0");
  }

  @Test
  void takesTheLessersPlaceThoughNobodyAsksForIt() {
    keeps.put(new ModelName("chat"), new Keep(false, -5));
    FleetSnapshot fleet = fleet(full("m1", idle("chat-1", 8_000, Duration.ZERO)));

    assertThat(chosen(fleet, MISSING)).containsExactly("chat-1");
  }

  @Test
  void neverTakesThePlaceOfOneOfAHigherPriority() {
    keeps.put(new ModelName("chat"), new Keep(false, 5));
    FleetSnapshot fleet = fleet(full("m1", idle("chat-1", 8_000, IDLE)));

    assertThat(chosen(fleet, ASKED)).isEmpty();
    assertThat(words(fleet, ASKED)).isEqualTo("in place of chat-1: priority 5 is above 0");
  }

  @Test
  void neverTakesThePlaceOfOneThatIsPinned() {
    keeps.put(new ModelName("chat"), new Keep(true, -100));
    FleetSnapshot fleet = fleet(full("m1", idle("chat-1", 8_000, IDLE)));

    assertThat(chosen(fleet, ASKED)).isEmpty();
    assertThat(words(fleet, ASKED)).isEqualTo("in place of chat-1: pinned");
  }

  @Test
  void neverTakesThePlaceOfOneThatWorks() {
    keeps.put(new ModelName("chat"), new Keep(false, -5));
    FleetSnapshot fleet =
        fleet(
            full(
                "m1",
                Reports.claiming(
                    Reports.serving(InstanceId.of("chat-1"), 2, IDLE), memory(8_000))));

    assertThat(chosen(fleet, ASKED)).isEmpty();
    assertThat(words(fleet, ASKED)).isEqualTo("in place of chat-1: works on 2 requests");
  }

  @Test
  void neverTakesThePlaceOfOneThatRequestsWaitFor() {
    ModelName chat = new ModelName("chat");
    FleetSnapshot fleet =
        fleet(full("m1", idle("chat-1", 8_000, IDLE)))
            .with(Map.of(chat, new ModelDemand(chat, 1, 0, Optional.empty())));

    assertThat(chosen(fleet, ASKED)).isEmpty();
    assertThat(words(fleet, ASKED)).isEqualTo("in place of chat-1: 1 request for it waiting");
  }

  @Test
  void leavesOneAloneWhoseOwnerHasNotSaidWhatMayTakeItsPlace() {
    FleetSnapshot fleet = SchedulerTest.fleet(full("m1", idle("chat-1", 8_000, IDLE)));

    assertThat(chosen(fleet, ASKED)).isEmpty();
  }

  @Test
  void leavesOneAloneThatWasAskedLatelyAndStays() {
    FleetSnapshot fleet = fleet(full("m1", idle("chat-1", 8_000, IDLE)));

    assertThat(
            EvictionPolicy.choose(fleet, NEED, ASKED, Map.of(InstanceId.of("chat-1"), "is busy")))
        .isEmpty();
  }

  @Test
  void prefersTheLeastImportantThenTheLongestIdle() {
    keeps.put(new ModelName("low"), new Keep(false, -1));
    FleetSnapshot fleet =
        fleet(
            full("m1", idle("chat-1", 8_000, Duration.ofHours(9))),
            full("m2", idle("low-1", 8_000, Duration.ofSeconds(30))),
            full("m3", idle("low-2", 8_000, Duration.ofSeconds(60))));

    assertThat(chosen(fleet, ASKED)).containsExactly("low-2");
  }

  /** It is there for the next lease alone, and had ended without that. */
  @Test
  void takesOneThatIsSpareBeforeAllOthersAndForNobodysRequest() {
    keeps.put(CHAT, new Keep(false, 50));
    keeps.put(new ModelName("low"), new Keep(false, -1));
    FleetSnapshot fleet =
        fleet(
                full("m1", idle("chat-1", 8_000, Duration.ZERO)),
                full("m2", idle("low-1", 8_000, Duration.ofHours(9))),
                Reports.of("m3").running("chat-2", Phase.READY).memory(0, 0))
            .sparing(Map.of(CHAT, 1));

    assertThat(chosen(fleet, MISSING)).containsExactly("chat-1");
    assertThat(words(fleet, MISSING))
        .isEqualTo("in place of chat-1: is kept for the next lease alone, and may give way");
    assertThat(mayHelp(fleet)).isTrue();
  }

  /** As while a canary stands, an update has one besides, or movers overlap. */
  @Test
  void oneMoreThanTheNumberIsNotSpareUnlessItsOwnerSaysSo() {
    keeps.put(CHAT, new Keep(false, 50));
    FleetSnapshot fleet =
        fleet(
            full("m1", idle("chat-1", 8_000, Duration.ofHours(9))),
            Reports.of("m2").running("chat-2", Phase.READY).memory(0, 0));

    assertThat(chosen(fleet, ASKED)).isEmpty();
    assertThat(mayHelp(fleet)).isFalse();
    assertThat(words(fleet, ASKED)).isEqualTo("in place of chat-1: priority 50 is above 0");
  }

  @Test
  void whatAMachineSaidLastThatIsSilentMakesNothingSpare() {
    keeps.put(CHAT, new Keep(false, 50));
    FleetSnapshot seen =
        fleet(
            full("m1", idle("chat-1", 8_000, Duration.ZERO)),
            full("m2", idle("chat-2", 8_000, Duration.ZERO)));
    FleetSnapshot fleet = seen.with(silent(seen.machine(new MachineId("m2")).orElseThrow()));

    assertThat(chosen(fleet, ASKED)).isEmpty();
    assertThat(mayHelp(fleet)).isFalse();
  }

  @Test
  void takesNoMoreThanAreSpareNorHopesForThem() {
    keeps.put(CHAT, new Keep(false, 50));
    FleetSnapshot fleet =
        fleet(
            full("m1", idle("chat-1", 4_000, Duration.ZERO), idle("chat-2", 4_000, Duration.ZERO)));

    assertThat(chosen(fleet.sparing(Map.of(CHAT, 1)), MISSING)).isEmpty();
    assertThat(mayHelp(fleet.sparing(Map.of(CHAT, 1)))).isFalse();
    assertThat(chosen(fleet.sparing(Map.of(CHAT, 2)), MISSING)).hasSize(2);
    assertThat(mayHelp(fleet.sparing(Map.of(CHAT, 2)))).isTrue();
  }

  @Test
  void doesNotHopeForASpareOneThatHasSaidThatItStays() {
    keeps.put(CHAT, new Keep(false, 50));
    FleetSnapshot fleet =
        fleet(full("m1", idle("chat-1", 8_000, Duration.ZERO))).sparing(Map.of(CHAT, 1));
    Map<InstanceId, String> kept = Map.of(InstanceId.of("chat-1"), "is being updated");

    assertThat(EvictionPolicy.mayHelp(fleet, NEED, ASKED, kept)).isFalse();
  }

  @Test
  void leavesASpareOneAloneThatIsPinnedOrLeasedOrWorks() {
    InstanceReport idle = idle("chat-1", 8_000, Duration.ZERO);
    InstanceReport busy = Reports.busy(idle, 1);
    InstanceReport leased = Reports.leased(idle, new LeaseId("a"));

    for (InstanceReport report : List.of(busy, leased)) {
      assertThat(chosen(spare(report), MISSING)).isEmpty();
    }
    keeps.put(new ModelName("chat"), new Keep(true, 0));
    assertThat(chosen(spare(idle), MISSING)).isEmpty();
    keeps.clear();
    assertThat(chosen(spare(idle), MISSING)).containsExactly("chat-1");
  }

  private FleetSnapshot spare(InstanceReport report) {
    return fleet(full("m1", report), Reports.of("m2").running("chat-2", Phase.READY).memory(0, 0))
        .sparing(Map.of(CHAT, 1));
  }

  @Test
  void takesNoMoreThanItNeeds() {
    FleetSnapshot fleet =
        fleet(
            full(
                "m1",
                idle("chat-1", 1_000, Duration.ofHours(2)),
                idle("chat-2", 6_000, Duration.ofHours(1)),
                idle("chat-3", 1_000, Duration.ofHours(3))));

    assertThat(chosen(fleet, ASKED)).containsExactly("chat-2");
  }

  @Test
  void takesSeveralPlacesWhereOneIsNotEnough() {
    FleetSnapshot fleet =
        fleet(full("m1", idle("chat-1", 4_000, IDLE), idle("chat-2", 4_000, IDLE)));

    assertThat(chosen(fleet, ASKED)).containsExactlyInAnyOrder("chat-1", "chat-2");
  }

  @Test
  void takesNobodysPlaceWhereItWouldNotFitAllTheSame() {
    FleetSnapshot fleet = fleet(full("m1", idle("chat-1", 5_000, IDLE)));

    assertThat(chosen(fleet, ASKED)).isEmpty();
  }

  @Test
  void waitsForRoomThatIsComingAlready() {
    FleetSnapshot fleet =
        fleet(
            full("m1", idle("chat-1", 8_000, IDLE)),
            full(
                "m2",
                Reports.claiming(
                    Reports.instance(InstanceId.of("chat-2"), Phase.DRAINING, 1), memory(8_000))));

    assertThat(chosen(fleet, ASKED)).isEmpty();
  }

  @Test
  void takesTheOnlyGpuThatItsPlaceCanBeOn() {
    Need need = SchedulerTest.need(aSpec(), new Resources(20_000, 0, 0, 1));
    FleetSnapshot fleet =
        fleet(
            Reports.of("m1")
                .gpu(24_000, 0, 20_000)
                .gpu(24_000, 0, 6_000)
                .with(claiming("chat-1", new Resources(20_000, 0, 0, 1)))
                .with(claiming("other-1", new Resources(6_000, 0, 0, 1))));

    assertThat(chosen(fleet, need, ASKED)).containsExactly("chat-1");
  }

  @Test
  void takesNobodysPlaceWhereTheFreeGpuMemoryWouldBeInTwoHalves() {
    Need need = SchedulerTest.need(aSpec(), new Resources(20_000, 0, 0, 1));
    keeps.put(new ModelName("other"), new Keep(true, 0));
    FleetSnapshot fleet =
        fleet(
            Reports.of("m1")
                .gpu(24_000, 0, 18_000)
                .gpu(24_000, 0, 18_000)
                .with(claiming("chat-1", new Resources(8_000, 0, 0, 1)))
                .with(claiming("chat-2", new Resources(8_000, 0, 0, 1)))
                .with(claiming("other-1", new Resources(10_000, 0, 0, 1)))
                .with(claiming("other-2", new Resources(10_000, 0, 0, 1))));

    assertThat(chosen(fleet, need, ASKED)).isEmpty();
  }

  @Test
  void getsNothingBackOfACordonedGpu() {
    Need need = SchedulerTest.need(aSpec(), new Resources(20_000, 0, 0, 1));
    FleetSnapshot open =
        fleet(
            Reports.of("m1")
                .gpu(24_000, 0, 20_000)
                .with(claiming("chat-1", new Resources(20_000, 0, 0, 1))));
    FleetSnapshot closed =
        FleetSnapshot.of(open.watching(), false, closed(open.machines()).values())
            .keeping(open.keeps());

    assertThat(chosen(open, need, ASKED)).containsExactly("chat-1");
    assertThat(chosen(closed, need, ASKED)).isEmpty();
  }

  @Test
  void mayHelpWhileThoseThatMayGoAreBusy() {
    InstanceReport busy =
        Reports.claiming(Reports.serving(InstanceId.of("chat-1"), 2, IDLE), memory(8_000));

    assertThat(mayHelp(fleet(full("m1", busy)))).isTrue();
    keeps.put(new ModelName("chat"), new Keep(true, 0));
    assertThat(mayHelp(fleet(full("m1", busy)))).isFalse();
  }

  private static boolean mayHelp(FleetSnapshot fleet) {
    return EvictionPolicy.mayHelp(fleet, NEED, ASKED, Map.of());
  }

  private static FleetSnapshot.Machine silent(FleetSnapshot.Machine machine) {
    Duration silence = Duration.ofMinutes(5);
    return new FleetSnapshot.Machine(false, false, silence, silence, machine.report());
  }

  private static Map<MachineId, FleetSnapshot.Machine> closed(
      Map<MachineId, FleetSnapshot.Machine> machines) {
    Map<MachineId, FleetSnapshot.Machine> closed = new HashMap<>();
    machines.forEach(
        (id, machine) -> {
          NodeReport report = machine.report();
          Capacity was = report.capacity();
          Capacity capacity =
              new Capacity(
                  was.memoryTotalMiB(),
                  was.memoryReservedMiB(),
                  was.cpusTotal(),
                  was.cpusReserved(),
                  was.gpus().stream().map(gpu -> gpu.withCordon(true)).toList());
          closed.put(
              id,
              new FleetSnapshot.Machine(
                  true,
                  false,
                  Duration.ZERO,
                  Duration.ZERO,
                  new NodeReport(
                      report.machine(),
                      report.incarnation(),
                      report.sequence(),
                      report.hostName(),
                      report.front(),
                      report.labels(),
                      report.cordoned(),
                      report.settled(),
                      report.journal(),
                      capacity,
                      report.engines(),
                      report.instances())));
        });
    return closed;
  }

  /** A fleet whose models give way like any other, unless they were said not to. */
  private FleetSnapshot fleet(Reports... reports) {
    FleetSnapshot fleet = SchedulerTest.fleet(reports);
    Map<ModelName, Keep> all = new HashMap<>();
    fleet
        .machines()
        .values()
        .forEach(
            machine ->
                machine
                    .report()
                    .instances()
                    .forEach(one -> all.put(one.id().model(), Keep.DEFAULT)));
    all.putAll(keeps);
    return fleet.keeping(all);
  }

  /** A machine all of whose memory is claimed by these. */
  private static Reports full(String machine, InstanceReport... instances) {
    long claimed = 0;
    Reports report = Reports.of(machine);
    for (InstanceReport instance : instances) {
      claimed += instance.claim().memoryMiB();
      report.with(instance);
    }
    return report.memory(claimed, claimed);
  }

  private static InstanceReport idle(String id, long memoryMiB, Duration idle) {
    return Reports.claiming(Reports.serving(InstanceId.of(id), 0, idle), memory(memoryMiB));
  }

  private static InstanceReport claiming(String id, Resources claim) {
    return Reports.claiming(Reports.serving(InstanceId.of(id), 0, IDLE), claim);
  }

  private static Resources memory(long memoryMiB) {
    return new Resources(0, memoryMiB, 0, 0);
  }

  private static List<String> chosen(FleetSnapshot fleet, Wish wish) {
    return chosen(fleet, NEED, wish);
  }

  private static List<String> chosen(FleetSnapshot fleet, Need need, Wish wish) {
    return EvictionPolicy.choose(fleet, need, wish, Map.of()).map(Eviction::instances).stream()
        .flatMap(List::stream)
        .map(InstanceId::toString)
        .toList();
  }

  private static String words(FleetSnapshot fleet, Wish wish) {
    return EvictionPolicy.inWords(
            fleet, fleet.machines().values().iterator().next(), wish, Map.of())
        .orElseThrow();
  }
}
