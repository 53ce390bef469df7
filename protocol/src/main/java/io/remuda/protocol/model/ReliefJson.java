package io.remuda.protocol.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Relief.Shadow;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@code fallbacks} and {@code shadow} of a deployment, as people write them. */
final class ReliefJson {

  private static final Set<String> SHADOW_KEYS = Set.of("to", "share");

  private ReliefJson() {}

  /**
   * What is said of them in {@code parent}; problems there where it cannot be.
   *
   * @param self the deployment's own name
   */
  static Relief read(StrictFields parent, Optional<ModelName> self) {
    return new Relief(fallbacks(parent, self), shadow(parent, self));
  }

  private static List<ModelName> fallbacks(StrictFields parent, Optional<ModelName> self) {
    List<ModelName> fallbacks = new ArrayList<>();
    List<String> words = parent.texts("fallbacks");
    if (words.size() > Relief.MOST_FALLBACKS) {
      parent.problem(
          "fallbacks",
          "fallbacks names at most %d, not %d".formatted(Relief.MOST_FALLBACKS, words.size()));
    }
    for (String word : words) {
      Optional<ModelName> name = named(parent, "fallbacks", word, self);
      if (name.isPresent() && fallbacks.contains(name.get())) {
        parent.problem("fallbacks", "fallbacks: '" + word + "' is named twice; name it once");
      }
      name.ifPresent(fallbacks::add);
    }
    return fallbacks;
  }

  private static Optional<Shadow> shadow(StrictFields parent, Optional<ModelName> self) {
    return parent
        .object("shadow", SHADOW_KEYS)
        .flatMap(
            fields -> {
              List.of("to", "share").forEach(fields::require);
              Optional<ModelName> to =
                  fields.text("to").flatMap(word -> named(fields, "to", word, self));
              double share = fields.decimal("share", 1);
              if (!(share > 0 && share <= 1)) {
                fields.problem(
                    "share", "shadow.share is above 0 and 1 at most, such as 0.05 for 5 percent");
              }
              return fields.hasProblems() || to.isEmpty()
                  ? Optional.empty()
                  : Optional.of(new Shadow(to.get(), share));
            });
  }

  private static Optional<ModelName> named(
      StrictFields fields, String key, String word, Optional<ModelName> self) {
    Optional<ModelName> name = ModelName.parse(word);
    if (name.isEmpty()) {
      fields.problem(
          key,
          "%s: '%s' does not match %s".formatted(key, StrictFields.shown(word), ModelName.SHAPE));
    } else if (name.equals(self)) {
      fields.problem(
          key,
          "%s: '%s' is this deployment itself, so that its requests would go round; name another"
              .formatted(key, word));
      return Optional.empty();
    }
    return name;
  }

  /** What is not as when nothing is said. */
  static void write(Relief relief, ObjectNode json) {
    if (!relief.fallbacks().isEmpty()) {
      ArrayNode fallbacks = json.putArray("fallbacks");
      relief.fallbacks().forEach(name -> fallbacks.add(name.value()));
    }
    relief
        .shadow()
        .ifPresent(
            shadow ->
                json.putObject("shadow")
                    .put("to", shadow.to().value())
                    .put("share", shadow.share()));
  }
}
