package io.remuda.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Catalog;
import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Defaults;
import io.remuda.protocol.model.DeploymentPhase;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Relief;
import io.remuda.registry.testing.Specs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** What the catalog holds of a name that registry nodes own one after the other. */
class CatalogEntryTest {

  private static final Outlook READY = new Outlook(DeploymentPhase.READY, 1, Optional.empty());
  private static final Outlook DEGRADED =
      new Outlook(DeploymentPhase.DEGRADED, 0, Optional.of("m1 is silent"));

  private static final Relief RELIEF =
      new Relief(
          List.of(new ModelName("small")),
          Optional.of(new Relief.Shadow(new ModelName("next"), 0.05)));

  private final ModelState state = new World().declared(Specs.aSpec().build()).state;
  private final List<Listing> said = new ArrayList<>();

  private CatalogEntry ownerOf(long term) {
    CatalogEntry entry = new CatalogEntry(said::add);
    entry.ownedIn(term);
    return entry;
  }

  @Test
  void aLaterOwnersWordHoldsHoweverMuchTheEarlierOneSaid() {
    CatalogEntry first = ownerOf(1000);
    for (int i = 0; i < 100; i++) {
      first.show(state, DEGRADED);
      first.show(state, READY);
    }
    ownerOf(1001).show(state, DEGRADED);

    assertThat(said).hasSize(201);
    assertThat(said.get(200).version()).isEqualTo(said.get(199).version());
    assertThat(merged(said)).isEqualTo(DeploymentPhase.DEGRADED);
    List<Listing> late = new ArrayList<>(said);
    java.util.Collections.reverse(late);
    assertThat(merged(late)).isEqualTo(DeploymentPhase.DEGRADED);
  }

  @Test
  void saysNothingBeforeItHasATermAndNothingTwice() {
    CatalogEntry entry = new CatalogEntry(said::add);

    assertThat(entry.show(state, READY)).isEmpty();
    entry.ownedIn(7);
    assertThat(entry.show(state, READY)).isPresent();
    assertThat(entry.show(state, READY)).isEmpty();

    assertThat(said).hasSize(1);
  }

  @Test
  void tellsWhatRequestsSayByDefaultAndAChangeOfThatAloneReplacesNothing() {
    ModelSpec plain = Specs.aSpec().build();
    Defaults defaults = new Defaults(Map.of("temperature", "0.2"), Optional.empty());
    ModelSpec defaulted =
        plain.withPolicies(
            new Policies(
                plain.policies().scaling(),
                plain.policies().rollout(),
                plain.policies().keep(),
                plain.policies().needs(),
                plain.policies().relief(),
                defaults));
    World world = new World().declared(plain);
    long seen = world.state.live().orElseThrow().version();
    long revision = world.state.live().orElseThrow().revision();

    ModelDecider.deploy(world.state, defaulted, Optional.of(seen), false, world.now)
        .events()
        .forEach(world::on);
    ownerOf(7).show(world.state, READY);

    assertThat(world.state.live().orElseThrow().revision()).isEqualTo(revision);
    assertThat(said.get(0).defaults()).isEqualTo(defaults);
    assertThat(RolloutChange.weighing(defaulted, OptionalInt.of(5)).policies().defaults())
        .isEqualTo(defaults);
  }

  @Test
  void tellsWhereRequestsGoBesideItAndAChangeOfThatAloneReplacesNothing() {
    ModelSpec plain = Specs.aSpec().build();
    ModelSpec relieved =
        plain.withPolicies(
            new Policies(
                plain.policies().scaling(),
                plain.policies().rollout(),
                plain.policies().keep(),
                plain.policies().needs(),
                RELIEF));
    World world = new World().declared(plain);
    long seen = world.state.live().orElseThrow().version();

    Decision decision =
        ModelDecider.deploy(world.state, relieved, Optional.of(seen), false, world.now);
    decision.events().forEach(world::on);
    ownerOf(7).show(world.state, READY);

    assertThat(decision.events())
        .singleElement()
        .isInstanceOf(DeploymentEvent.DeploymentChanged.class);
    assertThat(said.get(0).relief()).isEqualTo(RELIEF);
    assertThat(RolloutChange.weighing(relieved, OptionalInt.of(5)).policies().relief())
        .isEqualTo(RELIEF);
  }

  private static DeploymentPhase merged(List<Listing> arrivals) {
    Catalog catalog = Catalog.EMPTY;
    for (Listing listing : arrivals) {
      catalog = catalog.mergeData(new Catalog(List.of(listing)));
    }
    return catalog.get(new ModelName("demo")).orElseThrow().phase();
  }
}
