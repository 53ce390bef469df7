package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.model.StrictFields;
import java.util.Set;

/** Limits as clients write and read them: what is left out, or 0, is no limit. */
final class LimitWish {

  static final Set<String> FIELDS =
      Set.of("requestsPerMinute", "tokensPerMinute", "tokensPerDay", "tokensPerMonth");

  private LimitWish() {}

  /** What a body asks for; all that is wrong with it is refused at once. */
  static Limits of(JsonNode body) {
    StrictFields fields = StrictFields.of(body, "", FIELDS);
    Limits limits = of(fields);
    KeyWish.refuseProblems(fields);
    return limits;
  }

  static Limits of(StrictFields fields) {
    return new Limits(
        fields.whole("requestsPerMinute", 0),
        fields.whole("tokensPerMinute", 0),
        fields.whole("tokensPerDay", 0),
        fields.whole("tokensPerMonth", 0));
  }

  static ObjectNode view(Limits limits) {
    ObjectNode json = Json.object();
    put(json, "requestsPerMinute", limits.requestsPerMinute());
    put(json, "tokensPerMinute", limits.tokensPerMinute());
    put(json, "tokensPerDay", limits.tokensPerDay());
    put(json, "tokensPerMonth", limits.tokensPerMonth());
    return json;
  }

  private static void put(ObjectNode json, String name, long limit) {
    if (limit > 0) {
      json.put(name, limit);
    } else {
      json.putNull(name);
    }
  }
}
