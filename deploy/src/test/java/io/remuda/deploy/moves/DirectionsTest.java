package io.remuda.deploy.moves;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a measurement counts changes of direction. */
class DirectionsTest {

  @Test
  void aStepUpAndDownAgainIsOneChange() {
    assertThat(
            Directions.of(
                List.of(
                    event("Autoscaled", 1, 2),
                    event("InstanceReady", 0, 0),
                    event("Autoscaled", 2, 4),
                    event("Autoscaled", 4, 3),
                    event("Autoscaled", 3, 2))))
        .isEqualTo(new Directions(2, 2, 4, 1));
  }

  @Test
  void flappingIsAChangeEachTime() {
    assertThat(
            Directions.of(
                    List.of(
                        event("Autoscaled", 1, 2),
                        event("Autoscaled", 2, 1),
                        event("Autoscaled", 1, 2),
                        event("Autoscaled", 2, 1)))
                .changes())
        .isEqualTo(3);
  }

  @Test
  void whatDidNotScaleHasNone() {
    assertThat(Directions.of(List.of(event("InstanceReady", 0, 0))))
        .isEqualTo(new Directions(0, 0, 0, 0));
  }

  private static JsonNode event(String kind, int from, int to) {
    ObjectNode event = new ObjectMapper().createObjectNode().put("kind", kind);
    // As the API tells them: details are texts.
    event.putObject("details").put("from", Integer.toString(from)).put("to", Integer.toString(to));
    return event;
  }
}
