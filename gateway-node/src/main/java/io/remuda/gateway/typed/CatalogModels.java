package io.remuda.gateway.typed;

import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.id.ModelName;
import java.util.Optional;
import java.util.function.Supplier;

/** The typed models of the catalog, as the last snapshot has them. */
public final class CatalogModels implements TypedModels {

  private final Supplier<RouteSnapshot> known;
  private final SchemaCache schemas;

  public CatalogModels(Supplier<RouteSnapshot> known, SchemaCache schemas) {
    this.known = known;
    this.schemas = schemas;
  }

  @Override
  public Optional<TypedCodec> find(ModelName model) {
    return known.get().find(model.value()).flatMap(schemas::of);
  }

  @Override
  public Optional<TypedCodec> met(String fingerprint) {
    return schemas.met(fingerprint).map(model -> model);
  }
}
