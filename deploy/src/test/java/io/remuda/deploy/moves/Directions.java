package io.remuda.deploy.moves;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * How a deployment changed its own number of instances, by its events.
 *
 * @param most that it gave itself
 * @param changes of direction: up after down, or down after up
 */
record Directions(int ups, int downs, int most, int changes) {

  /** By a deployment's events, oldest first. */
  static Directions of(List<JsonNode> events) {
    Directions seen = new Directions(0, 0, 0, 0);
    int before = 0;
    for (JsonNode event : events) {
      if (event.path("kind").asText().equals("Autoscaled")) {
        int to = event.at("/details/to").asInt();
        int direction = Integer.signum(to - event.at("/details/from").asInt());
        seen =
            new Directions(
                seen.ups + (direction > 0 ? 1 : 0),
                seen.downs + (direction < 0 ? 1 : 0),
                Math.max(seen.most, to),
                seen.changes + (direction * before < 0 ? 1 : 0));
        before = direction == 0 ? before : direction;
      }
    }
    return seen;
  }
}
