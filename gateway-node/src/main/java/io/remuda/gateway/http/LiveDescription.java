package io.remuda.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.typed.OpenApiPaths;
import io.remuda.gateway.typed.SchemaCache;
import io.remuda.protocol.id.ModelName;
import java.util.List;
import java.util.function.Supplier;

/**
 * The API's description at this moment: its routes, and each typed model that takes requests now
 * and that the reader may know of. Somebody without a key, where one is needed, sees the routes.
 */
final class LiveDescription {

  private final Supplier<ObjectNode> routes;
  private final Supplier<RouteSnapshot> known;
  private final SchemaCache schemas;

  LiveDescription(Supplier<ObjectNode> routes, Supplier<RouteSnapshot> known, SchemaCache schemas) {
    this.routes = routes;
    this.known = known;
    this.schemas = schemas;
  }

  byte[] of(Caller reader) {
    ObjectNode document = routes.get();
    if (reader.may(ModelRoutes.NEED)) {
      List<ModelEntry> ready =
          known.get().models().stream()
              .filter(entry -> entry.readyCount() > 0)
              .filter(entry -> ModelName.parse(entry.name()).filter(reader::sees).isPresent())
              .toList();
      OpenApiPaths.describe(ready, schemas, document);
    }
    return Json.write(document);
  }
}
