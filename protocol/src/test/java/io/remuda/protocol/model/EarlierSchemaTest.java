package io.remuda.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes and files that know nothing of earlier schemas. */
class EarlierSchemaTest {

  private final ObjectMapper json = new ObjectMapper();

  @Test
  void aSchemaThatDoesNotTellItsEarlierOnesHasNone() throws Exception {
    String older =
        "{\"fingerprint\":\"f\",\"inputType\":\"a.In\",\"outputType\":\"a.Out\","
            + "\"descriptors\":\"AA==\"}";

    assertThat(json.readValue(older, Schema.class))
        .isEqualTo(new Schema("f", "a.In", "a.Out", "AA=="));
  }

  @Test
  void earlierOnesTravelWithTheSchema() throws Exception {
    Schema schema = new Schema("f", "a.In", "a.Out", "AA==").after(List.of("d", "e"));

    assertThat(json.readValue(json.writeValueAsBytes(schema), Schema.class)).isEqualTo(schema);
  }
}
