package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.Forecast;

/** Forecasts in JSON. What there is none of is null. */
final class ForecastViews {

  private ForecastViews() {}

  /** A forecast, as the caller may read it; of those that give way whom it may see. */
  static ObjectNode forecast(Forecast forecast, Caller caller) {
    ObjectNode json = Json.object();
    json.put("name", forecast.name().value());
    json.put("wanted", forecast.wanted());
    json.put("ready", forecast.ready());
    json.put("reason", NamedModels.seen(caller, forecast.reason()));
    ArrayNode moves = json.putArray("moves");
    forecast.moves().forEach(move -> moves.add(move(move, caller)));
    ArrayNode verdicts = json.putArray("verdicts");
    forecast.verdicts().forEach(verdict -> verdicts.add(Views.verdict(verdict, caller)));
    ArrayNode others = json.putArray("others");
    forecast.others().stream()
        .filter(other -> caller.sees(other.name()))
        .forEach(other -> others.add(forecast(other, caller)));
    return json;
  }

  private static ObjectNode move(Forecast.Move move, Caller caller) {
    ObjectNode json = Json.object();
    json.put("kind", move.kind().name());
    json.put("instance", move.instance().map(InstanceId::toString).orElse(null));
    json.put("from", move.from().map(MachineId::value).orElse(null));
    json.put("next", move.next().map(InstanceId::toString).orElse(null));
    json.put("to", move.to().map(MachineId::value).orElse(null));
    json.put("text", NamedModels.seen(caller, move.text()));
    ArrayNode inPlaceOf = json.putArray("inPlaceOf");
    move.inPlaceOf().stream()
        .filter(other -> caller.sees(other.model()))
        .forEach(other -> inPlaceOf.add(other.toString()));
    return json;
  }
}
