package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.registry.model.AliasEvent.AliasRemoved;
import io.remuda.registry.model.AliasEvent.AliasSet;
import io.remuda.registry.model.RegistryMessage.Stands;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A name that stands for another one, and what is refused so that it is never both. */
class AliasDeciderTest {

  private static final Instant AT = Instant.ofEpochMilli(1_000_000);
  private static final ModelName CHAT = new ModelName("chat");
  private static final ModelName V1 = new ModelName("chat-v1");
  private static final ModelName V2 = new ModelName("chat-v2");
  private static final Optional<Stands> DEPLOYED = Optional.of(new Stands(true, Optional.empty()));

  private static ModelState alias(ModelName target) {
    return ModelState.empty(CHAT).on(new AliasSet(CHAT, target, AT));
  }

  private static Decision set(ModelState state, ModelName target, Optional<Stands> stands) {
    return AliasDecider.set(state, target, Optional.empty(), stands, AT);
  }

  private static Refused refused(Decision decision) {
    assertThat(decision.events()).isEmpty();
    return decision.refused().orElseThrow();
  }

  @Test
  void standsForADeploymentAndIsSwitchedToAnotherOne() {
    ModelState first = ModelState.empty(CHAT).on(set(alias(V2), V1, DEPLOYED).events());
    ModelState second = first.on(set(first, V2, DEPLOYED).events());

    assertThat(AliasDecider.view(first).orElseThrow().target()).isEqualTo(V1);
    assertThat(AliasDecider.view(second).orElseThrow().target()).isEqualTo(V2);
    assertThat(AliasDecider.view(second).orElseThrow().version()).isEqualTo(2);
  }

  @Test
  void theSameTargetAgainChangesNothingAndNobodyIsAsked() {
    Decision again = AliasDecider.set(alias(V1), V1, Optional.empty(), AT);

    assertThat(again).isEqualTo(Decision.accepted());
  }

  @Test
  void neverStandsBeforeADeployment() {
    ModelState deployed =
        ModelState.empty(CHAT)
            .on(new DeploymentEvent.DeploymentDeclared(aSpec().named("chat").build(), AT));

    Refused why = refused(set(deployed, V1, DEPLOYED));

    assertThat(why.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(why.message()).contains("chat is a deployment", "remuda rm chat");
  }

  @Test
  void waitsUntilTheLastInstanceOfARemovedDeploymentHasEnded() {
    World world = World.aReady();
    world.on(new DeploymentEvent.DeploymentRemoved(world.state.name(), AT));

    assertThat(refused(set(world.state, V1, DEPLOYED)).code()).isEqualTo(ErrorCode.IN_USE);

    world.on(new InstanceEvent.InstanceEnded(world.only(), false, "it was stopped", AT));
    assertThat(set(world.state, V1, DEPLOYED).events()).hasSize(1);
  }

  @Test
  void refusesATargetThatIsNone() {
    ModelState state = ModelState.empty(CHAT);

    Refused self = refused(set(state, CHAT, DEPLOYED));
    Refused nobody = refused(set(state, V1, Optional.of(new Stands(false, Optional.empty()))));
    Refused chain = refused(set(state, V1, Optional.of(new Stands(false, Optional.of(V2)))));
    Refused silent = refused(set(state, V1, Optional.empty()));

    assertThat(self.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(nobody.code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
    assertThat(chain.code()).isEqualTo(ErrorCode.INVALID_REQUEST);
    assertThat(chain.message()).contains("chat-v1 is an alias itself, of chat-v2");
    assertThat(silent.code()).isEqualTo(ErrorCode.REGISTRY_UNAVAILABLE);
  }

  @Test
  void aVersionThatSomebodyNamesMustBeThePresentOne() {
    assertThat(refused(AliasDecider.set(alias(V1), V2, Optional.of(7L), AT)).code())
        .isEqualTo(ErrorCode.STALE_VERSION);
    assertThat(refused(AliasDecider.set(ModelState.empty(CHAT), V2, Optional.of(1L), AT)).message())
        .contains("chat is no alias");
    assertThat(AliasDecider.set(alias(V1), V2, Optional.of(1L), AT).events()).hasSize(1);
  }

  @Test
  void isNotSetByWhoAskedBeforeItWasChanged() {
    ModelState first = alias(V1);
    ModelState second = first.on(set(first, V2, DEPLOYED).events());

    assertThat(AliasDecider.changedSince(first, first.sequence())).isEmpty();
    assertThat(AliasDecider.changedSince(second, first.sequence()).map(Refused::code))
        .hasValue(ErrorCode.STALE_VERSION);
  }

  @Test
  void aDeploymentNeverTakesAnAliassName() {
    Decision deploy =
        ModelDecider.deploy(alias(V1), aSpec().named("chat").build(), Optional.empty(), false, AT);
    Decision registered =
        RegistrationDecider.register(
            alias(V1), aSpec().named("chat").withSchema("f").build(), new MachineId("m1"), AT);

    assertThat(refused(deploy).code()).isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(refused(deploy).message()).contains("alias of chat-v1", "remuda alias rm chat");
    assertThat(refused(registered).code()).isEqualTo(ErrorCode.SPEC_CONFLICT);
    assertThat(refused(ModelDecider.scale(alias(V1), 2, AT)).message())
        .contains("chat is an alias of chat-v1 and no deployment itself");
  }

  @Test
  void isTakenAwayOnceAndThenTheNameIsFree() {
    ModelState gone = alias(V1).on(AliasDecider.remove(alias(V1), Set.of(), AT).events());

    assertThat(gone.alias()).isEmpty();
    assertThat(refused(AliasDecider.remove(gone, Set.of(), AT)).code())
        .isEqualTo(ErrorCode.NOT_FOUND);
    assertThat(
            ModelDecider.deploy(gone, aSpec().named("chat").build(), Optional.empty(), false, AT)
                .events())
        .hasSize(1);
  }

  @Test
  void staysWhereADeploymentNeedsIt() {
    Refused why = refused(AliasDecider.remove(alias(V1), Set.of(new ModelName("agent")), AT));

    assertThat(why.code()).isEqualTo(ErrorCode.IN_USE);
    assertThat(why.message()).contains("needed by agent");
  }

  @Test
  void itsLineInTheCatalogNamesItsTargetAndEndsWithIt() {
    List<Listing> lines = new ArrayList<>();
    CatalogEntry entry = new CatalogEntry(lines::add);
    entry.ownedIn(1);
    ModelState gone = alias(V1).on(new AliasRemoved(CHAT, AT));
    World world = new World();

    for (ModelState state : List.of(ModelState.empty(CHAT), alias(V1), gone)) {
      world.state = state;
      entry.show(state, world.outlook());
    }

    assertThat(lines).extracting(Listing::alias).containsExactly(Optional.of(V1), Optional.empty());
    assertThat(lines)
        .extracting(Listing::phase)
        .containsExactly(DeploymentPhase.READY, DeploymentPhase.ENDED);
    assertThat(lines.get(1).isNewerThan(lines.get(0))).isTrue();
  }

  @Test
  void oneThatCannotBeReadBackToItsEndIsListedSoAndStandsForWhatItStoodFor() {
    Listing broken = CatalogEntry.broken(alias(V1), 2, 3, "its second event is of a newer version");

    assertThat(broken.phase()).isEqualTo(DeploymentPhase.FAILED);
    assertThat(broken.alias()).hasValue(V1);
  }

  @Test
  void anAliasAfterADeploymentAndADeploymentAfterAnAliasAreEachTheNewest() {
    World world = World.aDescribed(1);
    List<Listing> lines = new ArrayList<>();
    CatalogEntry entry = new CatalogEntry(lines::add);
    entry.ownedIn(1);
    world.on(new DeploymentEvent.DeploymentRemoved(world.state.name(), AT));
    world.on(new AliasSet(world.state.name(), V1, AT));
    entry.show(world.state, world.outlook());
    world.on(new AliasRemoved(world.state.name(), AT));
    world.declared(aSpec().build());
    entry.show(world.state, world.outlook());

    assertThat(lines).extracting(Listing::alias).containsExactly(Optional.of(V1), Optional.empty());
    assertThat(lines.get(1).engine()).isEqualTo("fake");
    assertThat(lines.get(1).isNewerThan(lines.get(0))).isTrue();
  }
}
