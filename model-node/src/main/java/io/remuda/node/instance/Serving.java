package io.remuda.node.instance;

import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineProfile.Traffic;
import io.remuda.node.engine.EngineSpec;
import io.remuda.protocol.model.Continues;
import io.remuda.protocol.model.ModelSpec;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an instance has to give to the byte path.
 *
 * @param slots requests that its engine works on at once
 * @param endpoints paths that it answers, such as {@code /v1/chat/completions}
 * @param clean whether its answers need no repair
 * @param continues how it goes on with a text that another engine began
 */
public record Serving(int slots, Set<String> endpoints, boolean clean, Continues continues) {

  public Serving {
    endpoints = java.util.Collections.unmodifiableSet(new TreeSet<>(endpoints));
  }

  /** Of an engine that goes on with nothing that another one began. */
  public Serving(int slots, Set<String> endpoints, boolean clean) {
    this(slots, endpoints, clean, Continues.NONE);
  }

  /** Of an engine that speaks HTTP, as its profile and the deployment say. */
  static Serving of(EngineProfile profile, EngineSpec spec, Assignment assignment) {
    return new Serving(
        slots(assignment, ModelSpec.DEFAULT_SLOTS),
        EndpointPaths.of(profile.serves(), spec.serves()),
        profile.traffic() == Traffic.CLEAN,
        profile.continues());
  }

  /** Of what runs and answers nobody. */
  static Serving nothing(Assignment assignment) {
    return new Serving(slots(assignment, ModelSpec.DEFAULT_SLOTS), Set.of(), false);
  }

  static int slots(Assignment assignment, int otherwise) {
    return assignment.spec().slots().orElse(otherwise);
  }
}
