package io.remuda.node.sdk.host;

import io.remuda.protocol.model.Schema;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model is, as JSON: for the model node, which asks before it starts one, and for people.
 */
record Description(LoadedModel model, Limits limits) {

  String json() {
    Schema schema = model.schema();
    Map<String, String> fields = new TreeMap<>();
    fields.put("name", text(model.card().name()));
    fields.put("description", text(model.card().description()));
    fields.put("kind", text(model.kind().name().toLowerCase(Locale.ROOT)));
    fields.put("class", text(model.className()));
    fields.put("slots", "" + limits.slots());
    fields.put("concurrency", "" + limits.concurrency());
    fields.put("timeoutMillis", "" + limits.timeout().toMillis());
    fields.put("batchWindowMillis", "" + limits.batchWindow().toMillis());
    fields.put("batchSize", "" + limits.batchSize());
    fields.put("maxInputBytes", "" + limits.maxInputBytes());
    fields.put("maxOutputBytes", "" + limits.maxOutputBytes());
    Map<String, String> typed = new TreeMap<>();
    typed.put("fingerprint", text(schema.fingerprint()));
    typed.put("inputType", text(schema.inputType()));
    typed.put("outputType", text(schema.outputType()));
    typed.put("descriptors", text(schema.descriptors()));
    fields.put("schema", object(typed));
    return object(fields);
  }

  /** OpenAI's list of models with this one, by which a probe knows that the host is ours. */
  static String list(String name) {
    return "{\"object\":\"list\",\"data\":[{\"id\":"
        + text(name)
        + ",\"object\":\"model\",\"created\":0,\"owned_by\":\"remuda\"}]}";
  }

  private static String object(Map<String, String> fields) {
    StringBuilder json = new StringBuilder("{");
    fields.forEach(
        (name, value) -> {
          json.append(json.length() > 1 ? "," : "").append('"').append(name).append("\":");
          json.append(value);
        });
    return json.append('}').toString();
  }

  private static String text(String value) {
    StringBuilder json = new StringBuilder("\"");
    for (int index = 0; index < value.length(); index++) {
      char each = value.charAt(index);
      if (each == '"' || each == '\\') {
        json.append('\\').append(each);
      } else if (each < ' ') {
        json.append(String.format(Locale.ROOT, "\\u%04x", (int) each));
      } else {
        json.append(each);
      }
    }
    return json.append('"').toString();
  }
}
