package io.remuda.deploy.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.check.Observation.Assigned;
import io.remuda.deploy.check.Observation.AssignmentsTold;
import io.remuda.deploy.check.Observation.Change;
import io.remuda.deploy.check.Observation.Committed;
import io.remuda.deploy.check.Observation.DeploymentChanged;
import io.remuda.deploy.check.Observation.Deployments;
import io.remuda.deploy.check.Observation.Fault;
import io.remuda.deploy.check.Observation.InstanceStarted;
import io.remuda.deploy.check.Observation.InstanceStopped;
import io.remuda.deploy.check.Observation.LeaseCalled;
import io.remuda.deploy.check.Observation.LeaseHeld;
import io.remuda.deploy.check.Observation.MachineSample;
import io.remuda.deploy.check.Observation.MachineSize;
import io.remuda.deploy.check.Observation.ModelSample;
import io.remuda.deploy.check.Observation.Obeyed;
import io.remuda.deploy.check.Observation.Outcome;
import io.remuda.deploy.check.Observation.RecipeDeclared;
import io.remuda.deploy.check.Observation.Request;
import io.remuda.deploy.check.Observation.Sample;
import io.remuda.deploy.check.Observation.SchemaAccepted;
import io.remuda.deploy.check.Observation.Size;
import io.remuda.deploy.check.Observation.StartSent;
import io.remuda.deploy.check.Observation.Superseded;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CheckerTest {

  private static final ModelName LLAMA = new ModelName("llama");
  private static final MachineId FIRST = new MachineId("first");
  private static final MachineId SECOND = new MachineId("second");
  private static final InstanceId ONE = new InstanceId(LLAMA, 1);
  private static final InstanceId TWO = new InstanceId(LLAMA, 2);
  private static final LeaseId HOLDER = new LeaseId("ls-1");
  private static final LeaseId OTHER = new LeaseId("ls-2");
  private static final Resources CLAIM = new Resources(600, 100, 1, 1);

  @Test
  void findsNothingWrongWithAFleetThatLivesThroughItsFaults() {
    assertThat(Checker.check(new History(clean()), Limits.PROMISED)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Invariant.class)
  void findsWhatBreaksAnInvariantAndNothingElse(Invariant broken) {
    List<Observation> seen = clean();
    seen.addAll(planted(broken));

    List<Violation> found = Checker.check(new History(seen), Limits.PROMISED);

    assertThat(found).extracting(Violation::invariant).containsExactly(broken);
    assertThat(found.get(0).text()).contains(broken.id(), broken.sentence());
  }

  /** What is seen beside {@link #clean()} when an invariant does not hold. */
  private static List<Observation> planted(Invariant broken) {
    return switch (broken) {
      case ONE_SCHEMA -> List.of(new SchemaAccepted(at(60), LLAMA, "another", false));
      case HOLDER_ALONE -> List.of(called(HOLDER, 4, at(60), at(61)));
      case CONVERGES ->
          List.of(fault("link-cut", at(200), at(210)), sample(at(239), Map.of(ONE, FIRST), 1));
      case NO_ORPHAN ->
          List.of(
              fault("link-cut", at(200), at(210)),
              new Sample(
                  at(239),
                  Map.of(LLAMA, wished(Map.of(ONE, FIRST, TWO, SECOND), 2)),
                  Map.of(
                      FIRST,
                      new MachineSample(List.of(ONE), List.of(ONE)),
                      SECOND,
                      new MachineSample(List.of(TWO), List.of(TWO, new InstanceId(LLAMA, 9))))));
      case NO_MEMORY_TWICE -> List.of(start(at(50), FIRST, new InstanceId(LLAMA, 3), 3));
      case NO_UNDUE_FAILURE -> List.of(request(at(105), at(106), Outcome.ERROR, Optional.of(TWO)));
      case NO_SILENT_END -> List.of(request(at(99), at(101), Outcome.SILENCE, Optional.of(ONE)));
      case ONE_COMMIT -> List.of(new Committed(at(70), "model|llama", 2, "registry-2"));
      case BOUNDED -> List.of(new Size(at(70), "gateway-1", "queue", 101, 100));
      case ONE_START ->
          List.of(
              new InstanceStopped(at(110.5), SECOND, TWO),
              new InstanceStarted(at(110.6), SECOND, ONE, 1, CLAIM, Map.of("gpu-0", 600L), false),
              new InstanceStopped(at(110.7), SECOND, ONE));
      case NO_STALE_EPOCH -> List.of(new Obeyed(at(70), SECOND, TWO, 1));
      case ACT_AFTER_WRITE ->
          List.of(
              new AssignmentsTold(at(0)),
              new Assigned(at(1), ONE, FIRST),
              new Assigned(at(1), TWO, SECOND),
              new Assigned(at(1), new InstanceId(LLAMA, 5), FIRST));
      case NOTHING_LOST -> List.of(new Deployments(at(150), Map.of()));
      case ONE_HOLDER, TOKEN_RISES, ONE_INSTANCE_PER_LEASE, LEASES_SETTLE ->
          LeaseChecksTest.planted(broken);
      case NO_FLAPPING, WOKEN_ONCE, PINNED_STAYS, NO_START_BEFORE_BACK ->
          MoveChecksTest.planted(broken);
      case KEEPS_SERVING -> List.of(new Superseded(at(70), LLAMA, 2, 2, 1));
      case OWN_RECIPE ->
          List.of(
              new RecipeDeclared(at(60), LLAMA, 1, "small"),
              new StartSent(at(61), ONE, 1, "large"));
    };
  }

  @Test
  void refusalsAreNoFailuresWhileNothingIsReady() {
    List<Observation> none = new ArrayList<>(List.of(sample(at(1), Map.of(), 0)));
    none.add(request(at(2), at(3), Outcome.REFUSED, Optional.empty()));
    assertThat(undue(none)).isEmpty();

    none.add(sample(at(4), Map.of(ONE, FIRST, TWO, SECOND), 2));
    none.add(request(at(5), at(6), Outcome.REFUSED, Optional.empty()));
    assertThat(undue(none)).hasSize(1);
  }

  @Test
  void aRequestWithoutBytesMayNotFailEvenOnWhatBroke() {
    Request unseen =
        new Request(
            "r",
            "c",
            LLAMA,
            "gateway-1",
            at(99),
            Optional.empty(),
            at(101),
            Outcome.FAILED,
            Optional.of(ONE));
    Request later = request(at(103), at(104), Outcome.FAILED, Optional.of(ONE));
    List<Observation> seen = clean();
    seen.addAll(List.of(unseen, later));

    assertThat(undue(seen)).extracting(found -> found.seen().get(0)).containsOnly(unseen, later);
  }

  @Test
  void anAnswerThatNobodySawLeavesBothOpen() {
    List<Observation> seen = clean();
    seen.add(new DeploymentChanged(at(140), LLAMA, 9, Change.UNSURE));
    seen.add(sample(at(141), Map.of(ONE, FIRST, TWO, SECOND), 2));
    seen.add(new Deployments(at(180), Map.of()));

    assertThat(Checker.check(new History(seen), Limits.PROMISED)).isEmpty();
  }

  @Test
  void aRemovedNameMayStandForAnotherSchema() {
    List<Observation> seen =
        List.of(
            new SchemaAccepted(at(1), LLAMA, "a", false),
            new SchemaAccepted(at(2), LLAMA, "b", true),
            new DeploymentChanged(at(3), LLAMA, 3, Change.REMOVED),
            sample(at(3), Map.of(), 0),
            new SchemaAccepted(at(4), LLAMA, "c", false));

    assertThat(Checker.check(new History(seen), Limits.PROMISED))
        .extracting(Violation::invariant)
        .doesNotContain(Invariant.ONE_SCHEMA);
  }

  @Test
  void whatIsPendingWithAReasonIsAtRest() {
    Sample pending =
        new Sample(
            at(220),
            Map.of(LLAMA, new ModelSample(2, Map.of(), 0, Optional.of("no room"))),
            Map.of());
    List<Observation> seen = List.of(fault("link-cut", at(200), at(210)), pending);

    assertThat(Checker.check(new History(seen), Limits.PROMISED)).isEmpty();
  }

  @Test
  void nothingIsExpectedToRestWhileAnotherFaultLasts() {
    List<Observation> seen =
        List.of(fault("link-cut", at(200), at(210)), fault("pause", at(205), at(300)));

    assertThat(Checker.check(new History(seen), Limits.PROMISED))
        .extracting(Violation::sentence)
        .singleElement()
        .asString()
        .contains("nobody looked between 300.000 s and 330.000 s");
  }

  @Test
  void theLongestGapIsTheWorstOfAnyClientAroundAFault() {
    List<Observation> seen =
        List.of(
            fault("kill", at(10), at(11)),
            answered("a", 9, 9.5),
            answered("a", 10, 12),
            answered("a", 12, 12.5),
            answered("b", 9, 9.9),
            answered("b", 10, 10.2),
            answered("b", 90, 99));

    assertThat(Gaps.longest(new History(seen), new Limits(Duration.ofSeconds(5), Duration.ZERO)))
        .containsExactly(Map.entry("kill", Duration.ofMillis(88_800)));
  }

  /**
   * Two instances, one engine killed at 100 s and started anew; a stream on it ends in an error.
   */
  private static List<Observation> clean() {
    InstanceId three = new InstanceId(LLAMA, 5);
    List<Observation> seen = new ArrayList<>();
    for (MachineId machine : List.of(FIRST, SECOND)) {
      seen.add(new MachineSize(at(0), machine, 1_000, 4, Map.of("gpu-0", 1_000L)));
    }
    seen.add(new SchemaAccepted(at(1), LLAMA, "schema", false));
    seen.add(new Committed(at(1), "model|llama", 1, "registry-1"));
    seen.add(new Committed(at(1), "model|llama", 2, "registry-1"));
    seen.add(new DeploymentChanged(at(1), LLAMA, 1, Change.DEPLOYED));
    seen.add(start(at(2), FIRST, ONE, 1));
    seen.add(start(at(2), SECOND, TWO, 2));
    seen.add(sample(at(10), Map.of(ONE, FIRST, TWO, SECOND), 2));
    seen.add(request(at(20), at(21), Outcome.ANSWERED, Optional.of(ONE)));
    seen.add(new Fault("engine-kill", Set.of(ONE.toString()), at(100), Optional.of(at(100))));
    seen.add(request(at(99), at(101), Outcome.ERROR, Optional.of(ONE)));
    seen.add(sample(at(101), Map.of(ONE, FIRST, TWO, SECOND), 1));
    seen.add(new InstanceStopped(at(110), SECOND, TWO));
    seen.add(start(at(111), SECOND, three, 5));
    seen.add(new InstanceStopped(at(112), SECOND, three));
    seen.add(new InstanceStarted(at(113), SECOND, TWO, 2, CLAIM, Map.of("gpu-0", 600L), true));
    seen.add(sample(at(120), Map.of(ONE, FIRST, TWO, SECOND), 2));
    seen.add(new LeaseHeld(at(30), HOLDER, 4, ONE));
    seen.add(called(HOLDER, 4, at(31), at(32)));
    seen.add(new LeaseHeld(at(40), OTHER, 5, ONE));
    // Begun in time, answered late: nobody can tell which of the two was first.
    seen.add(called(OTHER, 5, at(41), at(42)));
    seen.add(called(HOLDER, 4, at(41.5), at(43)));
    seen.add(new Size(at(120), "gateway-1", "queue", 100, 100));
    seen.add(new Deployments(at(130), Map.of(LLAMA, 1L)));
    return seen;
  }

  private static List<Violation> undue(List<Observation> seen) {
    return Checker.check(new History(seen), Limits.PROMISED).stream()
        .filter(found -> found.invariant() == Invariant.NO_UNDUE_FAILURE)
        .toList();
  }

  private static Fault fault(String kind, Duration begin, Duration heal) {
    return new Fault(kind, Set.of(), begin, Optional.of(heal));
  }

  private static InstanceStarted start(Duration at, MachineId machine, InstanceId id, long epoch) {
    return new InstanceStarted(at, machine, id, epoch, CLAIM, Map.of("gpu-0", 600L), false);
  }

  private static Request request(
      Duration begin, Duration end, Outcome outcome, Optional<InstanceId> servedBy) {
    return new Request(
        "r", "c", LLAMA, "gateway-1", begin, Optional.of(begin), end, outcome, servedBy);
  }

  private static Request answered(String client, double begin, double end) {
    return new Request(
        "r",
        client,
        LLAMA,
        "gateway-1",
        at(begin),
        Optional.empty(),
        at(end),
        Outcome.ANSWERED,
        Optional.empty());
  }

  private static LeaseCalled called(LeaseId lease, long token, Duration begin, Duration end) {
    return new LeaseCalled(lease, token, ONE, begin, end, true);
  }

  private static ModelSample wished(Map<InstanceId, MachineId> assigned, int ready) {
    return new ModelSample(2, assigned, ready, Optional.empty());
  }

  /** Each machine runs what is assigned to it. */
  private static Sample sample(Duration at, Map<InstanceId, MachineId> assigned, int ready) {
    Map<MachineId, MachineSample> machines = new TreeMap<>();
    for (MachineId machine : List.of(FIRST, SECOND)) {
      List<InstanceId> here =
          assigned.entrySet().stream()
              .filter(each -> each.getValue().equals(machine))
              .map(Map.Entry::getKey)
              .toList();
      machines.put(machine, new MachineSample(here, here));
    }
    return new Sample(at, Map.of(LLAMA, wished(assigned, ready)), machines);
  }

  private static Duration at(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1_000));
  }
}
