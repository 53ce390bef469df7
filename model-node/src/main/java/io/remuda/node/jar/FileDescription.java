package io.remuda.node.jar;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.remuda.protocol.model.Schema;
import java.util.Optional;

/**
 * What a jar's model says of itself, as its host wrote it.
 *
 * @param name under which it registers itself; empty when the author gave none
 * @param kind unary, streaming or batch
 * @param slots calls that an instance works on at once unless its deployment says otherwise
 */
public record FileDescription(
    Optional<String> name, String description, String kind, int slots, Schema schema) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Empty when {@code json} is no whole description. */
  static Optional<FileDescription> parse(String json) {
    try {
      JsonNode node = JSON.readTree(json);
      JsonNode schema = node.path("schema");
      if (node.path("slots").asInt() < 1 || schema.path("fingerprint").asText().isEmpty()) {
        return Optional.empty();
      }
      return Optional.of(
          new FileDescription(
              Optional.of(node.path("name").asText()).filter(each -> !each.isEmpty()),
              node.path("description").asText(),
              node.path("kind").asText(),
              node.path("slots").asInt(),
              new Schema(
                  schema.path("fingerprint").asText(),
                  schema.path("inputType").asText(),
                  schema.path("outputType").asText(),
                  schema.path("descriptors").asText())));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    }
  }
}
