package io.remuda.registry.model;

import static io.remuda.registry.model.Claimants.claim;
import static io.remuda.registry.model.Claimants.claims;
import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Listing;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Keep;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Policies;
import io.remuda.registry.model.InstanceEvent.InstanceStopping;
import io.remuda.registry.model.TenancyEvent.InstanceLeased;
import io.remuda.registry.testing.Reports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** For how long what a lease brought stays for the next one. */
class LingerDeciderTest {

  private static final LeaseId A = new LeaseId("a");
  private static final LeaseId B = new LeaseId("b");
  private static final LeaseId C = new LeaseId("c");
  private static final Duration LINGER = World.POLICY.lease().linger();
  private static final Duration MOMENT = Duration.ofMillis(1);

  @Test
  void anInstanceThatALeaseBroughtStaysForAWhileAfterItAndThenGoes() {
    World world = twoLeased();
    Claimants.ends(world, B);
    ready(world);

    Plan before = ready(world.later(LINGER.minus(MOMENT)));
    Plan after = ready(world.later(MOMENT));

    assertThat(before.events()).isEmpty();
    assertThat(after.events())
        .filteredOn(World.is(InstanceStopping.class))
        .singleElement()
        .extracting(event -> ((InstanceStopping) event).reason())
        .isEqualTo("fewer instances are wanted");
    assertThat(world.state.tenancy().of(A)).as("that of the other lease stays").isPresent();
  }

  @Test
  void theNextLeaseGetsItAtOnceAndItsTimeBeginsAnewWithTheEndOfThatOne() {
    World world = twoLeased();
    Claimants.ends(world, B);
    ready(world);
    world.later(LINGER.dividedBy(2));

    Plan next = claims(world, claim(C));
    ready(world.later(LINGER));
    Claimants.ends(world, C);
    ready(world);
    Plan later = ready(world.later(LINGER.minus(MOMENT)));

    assertThat(next.events()).singleElement().isInstanceOf(InstanceLeased.class);
    assertThat(world.instances()).as("nothing was started").hasSize(2);
    assertThat(later.events()).isEmpty();
    assertThat(ready(world.later(MOMENT)).events()).hasSize(1);
  }

  @Test
  void whatTheNameWantsAnyhowStaysWhoeverLeftIt() {
    World world = twoLeased();
    Claimants.ends(world, A);
    Claimants.ends(world, B);
    ready(world);

    ready(world.later(LINGER));

    assertThat(staying(world)).isEqualTo(1);
    assertThat(ready(world.later(LINGER)).events()).isEmpty();
  }

  @Test
  void itIsSaidUntilWhenItIsKept() {
    World world = twoLeased();
    Claimants.ends(world, A);
    Claimants.ends(world, B);
    ready(world);

    List<Optional<String>> said =
        world.state.instances().values().stream()
            .map(instance -> world.sight().view(instance).reason())
            .toList();

    assertThat(said)
        .as("of the one that is to go")
        .containsExactly(
            Optional.empty(), Optional.of("kept until 1970-01-01T00:17:10Z for the next lease"));
  }

  @Test
  void itGivesWayAtOnceToAnyNameHoweverLittleThatIsWorth() {
    World world = twoLeased();
    Claimants.ends(world, B);
    ready(world);
    InstanceId spare = world.instances().get(1);
    EvictionDecider.Ask ask =
        new EvictionDecider.Ask(spare, new ModelName("chat"), Keep.LEAST, false, false);

    EvictionDecider.Answer answer = EvictionDecider.giveWay(world.sight(), ask);
    world.soft = EvictionDecider.going(world.sight(), ask);
    world.state = world.state.on(answer.events());

    assertThat(answer.stays()).isEmpty();
    assertThat(answer.events())
        .extracting(event -> event.getClass().getSimpleName())
        .containsExactly("GaveWay", "InstanceStopping");
    assertThat(ready(world).events()).as("none takes its place").isEmpty();
  }

  @Test
  void theNamesLineTellsHowManyStayForTheNextLeaseAndNoMoreWhenTheirTimeIsOver() {
    World world = twoLeased();
    List<Listing> told = new ArrayList<>();
    CatalogEntry entry = new CatalogEntry(told::add);
    entry.ownedIn(1);
    entry.show(world.state, world.outlook());
    Claimants.ends(world, B);
    ready(world);
    entry.show(world.state, world.outlook());
    ready(world.later(LINGER));
    entry.show(world.state, world.outlook());

    assertThat(told).extracting(Listing::spare).containsExactly(0, 1, 0);
  }

  @Test
  void oneMoreThanTheNumberThatNoLeaseBroughtIsNotToldAsSpare() {
    World world = World.aReady();
    world.on(new DeploymentEvent.DeploymentChanged(aSpec().replicas(2).build(), world.now)).look();
    ready(world);
    world.on(new DeploymentEvent.DeploymentChanged(aSpec().replicas(1).build(), world.now));

    assertThat(world.outlook().ready()).isEqualTo(2);
    assertThat(world.outlook().spare()).isZero();
  }

  @Test
  void whileACanaryStandsNothingIsToldAsSpare() {
    World world = twoLeased();
    Claimants.ends(world, B);
    ready(world);
    assertThat(world.outlook().spare()).isEqualTo(1);

    ModelSpec next =
        world.state.live().orElseThrow().spec().withArguments(Map.of("context", "two"));
    world.on(
        new RolloutEvent.RolloutBegun(RolloutChange.weighing(next, OptionalInt.of(5)), world.now));

    assertThat(world.state.rollout().orElseThrow().isCanary()).isTrue();
    assertThat(world.outlook().ready()).isEqualTo(2);
    assertThat(world.outlook().spare()).isZero();
  }

  @Test
  void whileItWorksItGivesWayToNobody() {
    World world = twoLeased();
    Claimants.ends(world, B);
    ready(world);
    InstanceId spare = world.instances().get(1);
    world.says(
        Reports.of("m1")
            .with(Reports.leased(Reports.instance(world.only(), Phase.READY, 1), A))
            .with(Reports.busy(Reports.instance(spare, Phase.READY, 1), 2)));

    EvictionDecider.Answer answer =
        EvictionDecider.giveWay(
            world.sight(),
            new EvictionDecider.Ask(spare, new ModelName("chat"), Keep.MOST, true, false));

    assertThat(answer.stays()).hasValue("works on requests");
  }

  @Test
  void whereNoneLingersANameGivesNothingMoreAwayThanBefore() {
    World world = World.aReady();
    EvictionDecider.Ask ask =
        new EvictionDecider.Ask(world.only(), new ModelName("chat"), Keep.LEAST, false, false);

    assertThat(EvictionDecider.giveWay(world.sight(), ask).stays())
        .hasValue("priority 0 is above -100");
  }

  @Test
  void ofANameThatIsPinnedItGoesWithItsLease() {
    World world = twoLeased();
    Policies policies = world.state.live().orElseThrow().spec().policies();
    world.on(
        new DeploymentEvent.DeploymentChanged(
            world
                .state
                .live()
                .orElseThrow()
                .spec()
                .withPolicies(
                    new Policies(
                        policies.scaling(),
                        policies.rollout(),
                        new Keep(true, 0),
                        policies.needs())),
            world.now));
    ready(world);
    Claimants.ends(world, B);

    ready(world);

    assertThat(staying(world)).isEqualTo(1);
  }

  @Test
  void aNewOwnerOfTheNameAndAnOperatorsWordEndItsTime() {
    World moved = twoLeased();
    Claimants.ends(moved, B);
    ready(moved);
    moved.soft = SoftState.EMPTY;
    claims(moved, claim(A));

    World told = twoLeased();
    Claimants.ends(told, B);
    ready(told);
    told.soft = told.soft.forRecipe();

    assertThat(ready(moved).events()).hasSize(1);
    assertThat(ready(told).events()).hasSize(1);
  }

  @Test
  void whatTwoLeasesHadOfTheNamesOwnNumberGoesAtOnceWhenThatIsLower() {
    World world = World.aDescribed(2);
    world.look();
    ready(world);
    claims(world, claim(A));
    claims(world, claim(B));
    ready(world);
    Claimants.ends(world, A);
    Claimants.ends(world, B);
    ready(world);
    world.on(new DeploymentEvent.DeploymentChanged(aSpec().replicas(1).build(), world.now));

    ready(world);

    assertThat(staying(world)).isEqualTo(1);
  }

  /** What a lease has on a machine that is being drained is replaced before it goes. */
  @Test
  void forWhatLingersNothingIsStarted() {
    World world = twoLeased();
    Claimants.ends(world, B);
    ready(world);
    int wanted = TenancyDecider.wanted(world.sight());
    world.says(Reports.of("m2")).draining("m1");

    world.look();

    assertThat(wanted).isEqualTo(2);
    assertThat(TenancyDecider.wanted(world.sight())).isEqualTo(1);
    assertThat(world.state.instances().values())
        .filteredOn(instance -> instance.machine().value().equals("m2"))
        .hasSize(1);
  }

  /** A name that wants one instance, and two leases that have one each. */
  private static World twoLeased() {
    World world = World.aReady();
    claims(world, claim(A));
    claims(world, claim(B));
    world.look();
    ready(world);
    ready(world);
    assertThat(world.state.tenancy().instances()).hasSize(2);
    return world;
  }

  /** All is ready and kept for who has it, its leases are heard, and the owner looks. */
  private static Plan ready(World world) {
    world.keepsAll("m1");
    world.state.tenancy().tenants().keySet().forEach(lease -> claims(world, claim(lease)));
    return world.look();
  }

  private static long staying(World world) {
    return world.state.instances().values().stream()
        .filter(instance -> !instance.stopping())
        .count();
  }
}
