package io.remuda.registry.model;

import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.PartWords;
import io.remuda.protocol.model.Resources;
import io.remuda.registry.placement.Locality;
import io.remuda.registry.placement.Need;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What one more instance of a name needs, and which machines are passed over for it. */
final class Needs {

  /** Longest holds after which a machine that refused is worth another assignment. */
  private static final int MOVE_AFTER_HOLDS = 5;

  private final Sight sight;

  Needs(Sight sight) {
    this.sight = sight;
  }

  /** What one more instance of a recipe needs. */
  Need of(long revision) {
    Recipes.Recipe recipe = sight.state().recipe(revision).orElseThrow();
    Resources claim =
        sight
            .policy()
            .claim()
            .claim(
                recipe.declared().resources(),
                recipe.file().map(ModelFile::estimate),
                sight.state().fit().of(revision));
    Map<MachineId, Integer> neighbours = new TreeMap<>();
    Map<MachineId, List<Resources>> unseen = new TreeMap<>();
    for (Instance instance : sight.state().instances().values()) {
      if (!instance.stopping()) {
        neighbours.merge(instance.machine(), 1, Integer::sum);
      }
      if (sight.report(instance).isEmpty() && !instance.stopping()) {
        unseen.computeIfAbsent(instance.machine(), m -> new ArrayList<>()).add(instance.claim());
      }
    }
    return new Need(
        recipe.declared(),
        claim,
        sight.journal(),
        neighbours,
        unseen,
        held(),
        FitDecider.unfit(sight.state(), sight.fleet(), revision),
        files(),
        sight.policy().suspectAfter());
  }

  /**
   * Where the model's file is: where one was asked and said so, and where an instance was ready.
   */
  private Locality files() {
    Locality files = sight.soft().files().of(sight.state().goal());
    for (Instance instance : sight.state().instances().values()) {
      if (instance.revision() == sight.state().goal() && instance.readyAt().isPresent()) {
        files = files.has(instance.machine());
      }
    }
    return files;
  }

  /** Machines that are passed over: they refused lately, or the next word is theirs. */
  private Map<MachineId, String> held() {
    Map<MachineId, String> held = new TreeMap<>();
    sight
        .soft()
        .holds()
        .forEach(
            (machine, hold) -> {
              if (hold.lasts(sight.now())) {
                held.put(machine, hold.reason());
              }
            });
    sight
        .soft()
        .standing()
        .forEach(
            (id, refused) -> {
              Instance instance = sight.state().instances().get(id);
              if (instance != null) {
                held.putIfAbsent(instance.machine(), refused.message());
              }
            });
    madeFor()
        .ifPresent(
            machine ->
                held.putIfAbsent(
                    machine, PartWords.roomFor(sight.state().given().orElseThrow().to())));
    return held;
  }

  /**
   * Where it gave a place away, until the one that it made room for is there or has had the time to
   * come. The place may have been given by another registry node, whose clock is another one: at
   * worst that time is left out.
   */
  private Optional<MachineId> madeFor() {
    return sight
        .state()
        .given()
        .filter(given -> !given.at().isAfter(sight.now()))
        .filter(given -> given.at().plus(sight.policy().evict().hold()).isAfter(sight.now()))
        .filter(given -> !sight.hasCome(given))
        .map(SwapEvent.Given::machine);
  }

  /**
   * The same for an assignment that its machine goes on refusing: away to a machine that did not
   * refuse, or not for long; each such move costs two events.
   */
  Need elsewhere(long revision) {
    Map<MachineId, String> refusers = new TreeMap<>();
    Duration settled = sight.policy().refusalHoldMax().multipliedBy(MOVE_AFTER_HOLDS);
    sight
        .soft()
        .holds()
        .forEach(
            (machine, hold) -> {
              if (hold.until().plus(settled).isAfter(sight.now())) {
                refusers.put(machine, hold.reason());
              }
            });
    return of(revision).passing(refusers);
  }
}
