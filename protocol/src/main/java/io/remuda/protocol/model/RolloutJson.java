package io.remuda.protocol.model;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.model.RolloutWish.Strategy;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/** How a new version of a deployment takes the old one's place, as people write it. */
final class RolloutJson {

  private static final Set<String> KEYS =
      Set.of("strategy", "surge", "deadlineSeconds", "canaryPercent");
  private static final int MOST_SECONDS = 86_400;

  private RolloutJson() {}

  /** The wish under {@code rollout}; what is not said is as in {@link RolloutWish#DEFAULT}. */
  static RolloutWish read(StrictFields parent) {
    return parent
        .object("rollout", KEYS)
        .flatMap(
            fields -> {
              Strategy strategy = strategy(fields);
              OptionalInt surge = fields.integer("surge", 1, ModelSpec.MAX_REPLICAS);
              OptionalInt deadline = fields.integer("deadlineSeconds", 1, MOST_SECONDS);
              OptionalInt canary = fields.integer("canaryPercent", 0, 100);
              if (canary.isPresent() && strategy == Strategy.RECREATE) {
                fields.problem(
                    "canaryPercent",
                    "rollout.canaryPercent lets both versions serve, which 'recreate' never does;"
                        + " use another strategy or leave it out");
              }
              if (surge.isPresent()
                  && (strategy == Strategy.RECREATE || strategy == Strategy.RECREATE_WHEN_IDLE)) {
                fields.problem(
                    "surge",
                    "rollout.surge is for the strategies auto and surge; '%s' places none beside"
                            .formatted(strategy.word())
                        + " the old ones: leave it out");
              }
              return fields.hasProblems()
                  ? Optional.empty()
                  : Optional.of(
                      new RolloutWish(
                          strategy,
                          surge.orElse(RolloutWish.DEFAULT.surge()),
                          deadline.isPresent()
                              ? Optional.of(Duration.ofSeconds(deadline.getAsInt()))
                              : Optional.empty(),
                          canary));
            })
        .orElse(RolloutWish.DEFAULT);
  }

  /** Adds the wish to a document, unless it is what nothing said means. */
  static void write(RolloutWish wish, ObjectNode document) {
    if (wish.equals(RolloutWish.DEFAULT)) {
      return;
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("strategy", wish.strategy().word());
    if (wish.strategy() == Strategy.AUTO || wish.strategy() == Strategy.SURGE) {
      json.put("surge", wish.surge());
    }
    wish.deadline().ifPresent(limit -> json.put("deadlineSeconds", limit.toSeconds()));
    wish.canary().ifPresent(percent -> json.put("canaryPercent", percent));
    document.set("rollout", json);
  }

  private static Strategy strategy(StrictFields fields) {
    Optional<String> word = fields.text("strategy");
    if (word.isEmpty()) {
      return RolloutWish.DEFAULT.strategy();
    }
    for (Strategy each : Strategy.values()) {
      if (each.word().equals(word.get())) {
        return each;
      }
    }
    fields.problem(
        "strategy",
        "rollout.strategy is one of %s, not '%s'"
            .formatted(
                Arrays.stream(Strategy.values())
                    .map(Strategy::word)
                    .collect(Collectors.joining(", ")),
                StrictFields.shown(word.get())));
    return RolloutWish.DEFAULT.strategy();
  }
}
