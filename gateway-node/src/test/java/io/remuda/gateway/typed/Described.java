package io.remuda.gateway.typed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.Descriptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import org.openapi4j.core.exception.ResolutionException;
import org.openapi4j.core.model.v3.OAI3;
import org.openapi4j.core.model.v3.OAI3Context;
import org.openapi4j.schema.validator.ValidationContext;
import org.openapi4j.schema.validator.ValidationData;
import org.openapi4j.schema.validator.v3.SchemaValidator;

/** A type of a model as the API's description has it: says which JSON fits, knowing no more. */
final class Described {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final SchemaValidator validator;
  private final ObjectNode document = MAPPER.createObjectNode();

  Described(TypedModel model, Descriptor type) {
    OpenApiSchemas.describe("m", model, document.putObject("components").putObject("schemas"));
    withoutFormatsOfText(document);
    // A reference is followed only where the document has it.
    document.set("root", OpenApiSchemas.use("m", model, type));
    try {
      ValidationContext<OAI3> context =
          new ValidationContext<>(new OAI3Context(URI.create("file:/any.json").toURL(), document));
      validator =
          new SchemaValidator(context, null, context.getContext().getBaseDocument().path("root"));
    } catch (IOException | ResolutionException e) {
      throw new IllegalStateException(document.toString(), e);
    }
  }

  /** What the description has against {@code json}. */
  ValidationData<Void> check(String json) {
    ValidationData<Void> result = new ValidationData<>();
    try {
      validator.validate(MAPPER.readTree(json), result);
    } catch (IOException e) {
      throw new UncheckedIOException(json, e);
    }
    return result;
  }

  /** The validator knows int64 as a format of numbers only, and no bytes that are empty. */
  private static void withoutFormatsOfText(JsonNode node) {
    if (node instanceof ObjectNode schema
        && schema.path("type").asText().equals("string")
        && schema.path("format").asText().matches("u?int64|byte")) {
      schema.remove("format");
    }
    node.forEach(Described::withoutFormatsOfText);
  }

  @Override
  public String toString() {
    return document.toString();
  }
}
