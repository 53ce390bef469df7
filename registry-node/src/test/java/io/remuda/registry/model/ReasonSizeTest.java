package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Listing;
import io.remuda.protocol.model.InstanceView;
import io.remuda.protocol.model.Phase;
import io.remuda.protocol.model.Trouble;
import io.remuda.protocol.model.Trouble.Level;
import io.remuda.protocol.model.Trouble.Line;
import io.remuda.registry.model.InstanceEvent.InstanceEnded;
import io.remuda.registry.testing.Reports;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** How much of an engine's last words goes where. */
class ReasonSizeTest {
  private static final String WORDS =
      "it broke\n" + "a line of its output\n".repeat(300) + "the end";

  @Test
  void anOperatorSeesThemAllAndTheJournalAndTheCatalogOnlyTheEnd() {
    World world = World.aReady();
    world.says(
        Reports.of("m1")
            .with(Reports.instance(world.only(), Phase.BACKOFF, 2).withReason(Optional.of(WORDS))));

    assertThat(world.outlook().reason().orElseThrow()).contains(WORDS);
    assertThat(Outlook.instances(world.sight()).get(0).reason()).contains(WORDS);
    List<Listing> catalog = new ArrayList<>();
    CatalogEntry entry = new CatalogEntry(catalog::add);
    entry.ownedIn(1);
    entry.show(world.state, world.outlook());
    assertThat(catalog.get(0).reason().orElseThrow()).hasSizeLessThan(1_001).contains("the end");

    world.says(
        Reports.of("m1")
            .with(Reports.instance(world.only(), Phase.FAILED, 3).withReason(Optional.of(WORDS))));

    assertThat(world.look().events())
        .filteredOn(InstanceEnded.class::isInstance)
        .singleElement()
        .satisfies(
            ended ->
                assertThat(((InstanceEnded) ended).reason())
                    .hasSizeLessThan(1_001)
                    .startsWith("it broke")
                    .endsWith("the end"));
  }

  @Test
  void whatWentWrongWithItsEngineIsShownAndNeverWritten() {
    World world = World.aReady();
    Trouble trouble =
        new Trouble(
            1, 0, List.of(new Line(Level.ERROR, "no room", 1, Instant.EPOCH)), Optional.empty());
    world.says(
        Reports.of("m1")
            .with(
                Reports.instance(world.only(), Phase.READY, 2).withTrouble(Optional.of(trouble))));

    assertThat(Outlook.instances(world.sight()).get(0).trouble()).contains(trouble);
    assertThat(world.look().events()).isEmpty();
  }

  @Test
  void reasonsOfManyInstancesFitIntoOneAnswer() {
    World world =
        new World().declared(aSpec().replicas(60).build()).described().says(Reports.of("m1"));
    world.look();
    Reports report = Reports.of("m1");
    world.instances().stream()
        .map(id -> Reports.instance(id, Phase.BACKOFF, 2).withReason(Optional.of(WORDS)))
        .forEach(report::with);
    world.says(report);

    List<InstanceView> views = Outlook.instances(world.sight());

    assertThat(views).hasSizeGreaterThan(20);
    assertThat(views.stream().mapToInt(view -> view.reason().orElseThrow().length()).sum())
        .isLessThanOrEqualTo(64_000);
  }
}
