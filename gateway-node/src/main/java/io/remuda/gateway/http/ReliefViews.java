package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Relief;
import java.util.Optional;
import java.util.function.Predicate;

/** How the other models stand that a deployment's requests go to, as this gateway knows them. */
final class ReliefViews {

  private ReliefViews() {}

  /**
   * One line for each, the fallbacks in their order.
   *
   * @param visible which models the caller may know of
   */
  static ArrayNode of(RouteSnapshot known, ModelName name, Predicate<ModelName> visible) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    Relief relief = known.find(name.value()).map(ModelEntry::relief).orElse(Relief.NONE);
    relief.fallbacks().stream()
        .filter(visible)
        .forEach(other -> line(all, known, other).put("as", "fallback"));
    relief
        .shadow()
        .filter(shadow -> visible.test(shadow.to()))
        .ifPresent(
            shadow ->
                line(all, known, shadow.to()).put("as", "shadow").put("share", shadow.share()));
    return all;
  }

  private static ObjectNode line(ArrayNode all, RouteSnapshot known, ModelName other) {
    Optional<ModelEntry> entry = known.find(other.value());
    boolean serves = entry.filter(one -> one.readyCount() > 0).isPresent();
    return all.addObject()
        .put("model", other.value())
        .put("serves", serves)
        .put(
            "text",
            entry.isEmpty()
                ? "it is not deployed, so it is passed over"
                : serves
                    ? "it takes requests"
                    : "no instance of it is ready, so it is passed over");
  }
}
