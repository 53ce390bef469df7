package io.remuda.registry.model;

import io.remuda.protocol.model.ModelFile;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Schema;
import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What instances were and are started from, by revision: the recipes that are declared no more and
 * that something still rests on. The declared one is not among them.
 */
public record Recipes(Map<Long, Recipe> byRevision) {

  public static final Recipes NONE = new Recipes(Map.of());

  /**
   * All that an instance is started from.
   *
   * @param declared as an operator declared it
   * @param schema that its instances work for, with the earlier ones whose tasks they work off
   * @param file what a machine found out about its model, once one has
   */
  public record Recipe(ModelSpec declared, Optional<Schema> schema, Optional<ModelFile> file) {

    /**
     * With the schema that the model was found to have: its tasks lie in that schema's queue, or in
     * the queues of those that it added to.
     */
    public ModelSpec spec() {
      return schema.map(declared::withSchema).orElse(declared);
    }
  }

  public Recipes {
    byRevision = Collections.unmodifiableMap(new TreeMap<>(byRevision));
  }

  Optional<Recipe> find(long revision) {
    return Optional.ofNullable(byRevision.get(revision));
  }

  Recipes and(long revision, Recipe recipe) {
    Map<Long, Recipe> all = new TreeMap<>(byRevision);
    all.put(revision, recipe);
    return new Recipes(all);
  }

  /** Those of {@code revisions} alone. */
  Recipes only(Collection<Long> revisions) {
    if (revisions.containsAll(byRevision.keySet())) {
      return this;
    }
    Map<Long, Recipe> kept = new TreeMap<>(byRevision);
    kept.keySet().retainAll(revisions);
    return new Recipes(kept);
  }
}
