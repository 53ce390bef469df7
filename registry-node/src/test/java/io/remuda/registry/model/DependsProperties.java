package io.remuda.registry.model;

import static io.remuda.registry.testing.Specs.aSpec;
import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.Listing;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.DeploymentPhase;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** What never happens to deployments that are made of others, however late a catalog is. */
class DependsProperties {

  private static final List<ModelName> NAMES =
      List.of("a", "b", "c", "d", "e").stream().map(ModelName::new).toList();
  private static final int CHANGES = 40;

  /** A few names, each with an owner of its own that hears of the others when it is told. */
  private static final class Fleet {
    private final Random random;
    private final Map<ModelName, Set<ModelName>> needs = new TreeMap<>();
    private final Map<ModelName, Map<ModelName, Listing>> heard = new HashMap<>();

    private Fleet(long seed) {
      random = new Random(seed);
      NAMES.forEach(name -> heard.put(name, new HashMap<>()));
    }

    private Map<ModelName, Listing> truth() {
      Map<ModelName, Listing> truth = new HashMap<>();
      needs.forEach(
          (name, parts) ->
              truth.put(name, DependsTest.listing(name.value(), DeploymentPhase.READY, parts)));
      return truth;
    }

    private void gossip(ModelName to) {
      heard.put(to, truth());
    }

    private Map<ModelName, Listing> heardBy(ModelName name) {
      return heard.getOrDefault(name, Map.of());
    }

    private ModelName anyName() {
      return NAMES.get(random.nextInt(NAMES.size()));
    }

    /** Somebody deploys or removes something; it is done where its owner accepts it. */
    private void change() {
      ModelName name = anyName();
      if (random.nextInt(4) == 0) {
        if (DependsDecider.removal(state(name), heardBy(name)).isEmpty()) {
          needs.remove(name);
        }
        return;
      }
      Set<ModelName> wanted = new HashSet<>();
      for (int i = random.nextInt(3); i > 0; i--) {
        wanted.add(anyName());
      }
      wanted.remove(name);
      if (DependsDecider.circle(name, wanted, heardBy(name)).isEmpty()) {
        needs.put(name, wanted);
      }
    }

    private ModelState state(ModelName name) {
      ModelState state = ModelState.empty(name);
      return needs.containsKey(name)
          ? state.on(
              new DeploymentEvent.DeploymentDeclared(
                  aSpec().named(name.value()).needs(needs.get(name)).build(), Instant.EPOCH))
          : state;
    }

    private boolean isInCircle(ModelName name) {
      Set<ModelName> seen = new HashSet<>();
      Set<ModelName> next = new HashSet<>(needs.getOrDefault(name, Set.of()));
      while (!next.isEmpty() && !seen.contains(name)) {
        seen.addAll(next);
        Set<ModelName> further = new HashSet<>();
        next.forEach(at -> further.addAll(needs.getOrDefault(at, Set.of())));
        further.removeAll(seen);
        next = further;
      }
      return seen.contains(name);
    }

    private Outlook outlook(ModelName name) {
      return DependsDecider.withParts(
          state(name), truth(), new Outlook(DeploymentPhase.READY, 1, Optional.empty()));
    }
  }

  @Property(tries = 200)
  void ownersThatHearEachChangeBeforeTheNextNeverAcceptACircleNorLoseAPart(@ForAll long seed) {
    Fleet fleet = new Fleet(seed);
    for (int i = 0; i < CHANGES; i++) {
      NAMES.forEach(fleet::gossip);
      Set<ModelName> lackedBefore = lacking(fleet);
      Set<ModelName> before = new HashSet<>(fleet.needs.keySet());
      fleet.change();
      assertThat(NAMES).noneMatch(fleet::isInCircle);
      if (before.size() > fleet.needs.size()) {
        assertThat(lackedBefore)
            .as("no removal made a part go missing")
            .containsAll(lacking(fleet));
      }
    }
  }

  private static Set<ModelName> lacking(Fleet fleet) {
    Set<ModelName> lacking = new HashSet<>();
    fleet.needs.forEach(
        (name, parts) -> {
          if (!fleet.needs.keySet().containsAll(parts)) {
            lacking.add(name);
          }
        });
    return lacking;
  }

  @Property(tries = 200)
  void aCircleThatLateOwnersAcceptedIsToldByEachOneInItAndByNoOther(@ForAll long seed) {
    Fleet fleet = new Fleet(seed);
    for (int i = 0; i < CHANGES; i++) {
      if (fleet.random.nextInt(4) == 0) {
        fleet.gossip(fleet.anyName());
      }
      fleet.change();
    }

    for (ModelName name : fleet.needs.keySet()) {
      Outlook outlook = fleet.outlook(name);
      boolean told = outlook.reason().orElse("").contains("it needs itself");
      assertThat(told).as(name + " of " + fleet.needs).isEqualTo(fleet.isInCircle(name));
      if (told) {
        assertThat(outlook.phase()).isNotEqualTo(DeploymentPhase.READY);
      }
    }
  }
}
