package io.remuda.gateway.http;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.gateway.routing.Routes;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.AccessTable;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.limit.Limits;
import io.remuda.protocol.limit.TenantLimits;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What tenants may ask of models, all their keys together. A tenant's own administrator reads its
 * limits and cannot change them.
 */
final class TenantRoutes {

  private static final Need NEED = Need.oneOf(Scope.ADMIN);

  private final KeyClient keys;
  private final Routes routes;

  TenantRoutes(KeyClient keys, Routes routes) {
    this.keys = keys;
    this.routes = routes;
  }

  List<ApiRoute> endpoints() {
    return List.of(
        ApiRoute.of("GET", "/v1/tenants", NEED, "keys", "Tenants that have limits", this::list)
            .gives(200, "TenantList"),
        ApiRoute.of(
                "GET", "/v1/tenants/{tenant}/limits", NEED, "keys", "A tenant's limits", this::get)
            .gives(200, "TenantLimits"),
        ApiRoute.of(
                "PUT",
                "/v1/tenants/{tenant}/limits",
                NEED,
                "keys",
                "Limit what all keys of a tenant may ask of models together",
                this::put)
            .takes("Limits")
            .gives(200, "TenantLimits"));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    return keys.tenants()
        .thenApply(
            all ->
                Replies.json(
                    200,
                    Json.list(
                        all.stream()
                            .filter(tenant -> sees(call.caller(), tenant.tenant()))
                            .filter(tenant -> !tenant.limits().equals(Limits.NONE))
                            .toList(),
                        tenant -> view(tenant.tenant(), tenant.limits()))));
  }

  private CompletionStage<HttpResponse> get(Call call) {
    String name = tenant(call);
    return keys.tenants()
        .thenApply(
            all ->
                Replies.json(
                    200,
                    view(
                        name,
                        all.stream()
                            .filter(tenant -> tenant.tenant().equals(name))
                            .findFirst()
                            .map(TenantLimits::limits)
                            .orElse(Limits.NONE))));
  }

  private CompletionStage<HttpResponse> put(Call call) {
    String name = tenant(call);
    if (call.caller().tenant().isPresent()) {
      throw Refusal.of(
          ErrorCode.NOT_ALLOWED,
          "key %s is tenant %s's own, and nobody limits themselves; use the operator's key"
              .formatted(call.caller().name(), name));
    }
    return call.json()
        .thenCompose(
            body -> {
              Limits limits = LimitWish.of(body);
              return keys.limitTenant(name, limits)
                  .thenApply(
                      stored -> {
                        routes.merge(new AccessTable(List.of(), stored));
                        return Replies.json(200, view(name, limits));
                      });
            });
  }

  private static String tenant(Call call) {
    Optional<String> name =
        Optional.of(call.path("tenant")).filter(each -> KeyWish.TENANT.matcher(each).matches());
    return name.filter(each -> sees(call.caller(), each))
        .orElseThrow(
            () ->
                Refusal.of(
                    ErrorCode.NOT_FOUND,
                    "there is no such tenant; a tenant's name matches "
                        + KeyWish.TENANT.pattern()));
  }

  private static boolean sees(Caller caller, String tenant) {
    return caller.tenant().isEmpty() || caller.tenant().get().equals(tenant);
  }

  private static ObjectNode view(String tenant, Limits limits) {
    ObjectNode json = Json.object();
    json.put("tenant", tenant);
    json.set("limits", LimitWish.view(limits));
    return json;
  }
}
