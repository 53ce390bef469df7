package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Need;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.StandingProtocol.ClockOff;
import io.remuda.protocol.StandingProtocol.Standing;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The registry nodes: who is there, who takes changes, and why not. */
final class RegistryRoutes {

  private final RegistryRoll roll;

  RegistryRoutes(RegistryRoll roll) {
    this.roll = roll;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of(
                "GET",
                "/v1/registry",
                Need.oneOf(Scope.DEPLOY, Scope.AUDIT),
                "registry",
                "All registry nodes, and the clocks that they find off",
                this::nodes)
            .gives(200, "RegistryNodeList"));
  }

  private CompletionStage<HttpResponse> nodes(Call call) {
    return roll.read()
        .thenApply(entries -> Replies.json(200, Json.list(entries, RegistryRoutes::node)));
  }

  private static ObjectNode node(RegistryRoll.Entry entry) {
    Optional<Standing> said = entry.standing();
    ObjectNode json = Json.object();
    json.put("node", entry.node());
    json.put("status", entry.status());
    json.put("reachable", entry.reachable());
    json.put("leads", entry.leads());
    json.put("ready", said.isPresent() && said.get().notReady().isEmpty());
    json.put(
        "reason",
        said.isPresent() ? said.get().notReady().orElse(null) : "it does not answer this gateway");
    json.put("keysBroken", said.flatMap(Standing::keysBroken).orElse(null));
    json.put("journal", said.flatMap(Standing::journal).map(JournalId::value).orElse(null));
    if (said.isPresent() && said.get().names().isPresent()) {
      json.put("names", said.get().names().getAsInt());
    } else {
      json.putNull("names");
    }
    ArrayNode clocks = json.putArray("clocksOff");
    said.ifPresent(standing -> standing.clocksOff().forEach(off -> clock(clocks.addObject(), off)));
    return json;
  }

  private static void clock(ObjectNode json, ClockOff off) {
    json.put("node", off.node());
    json.put("machine", off.machine().map(MachineId::value).orElse(null));
    ArrayNode roles = json.putArray("roles");
    off.roles().forEach(roles::add);
    json.put("aheadMillis", off.ahead().toMillis());
  }
}
