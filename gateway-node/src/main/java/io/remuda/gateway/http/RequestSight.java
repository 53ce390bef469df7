package io.remuda.gateway.http;

import io.remuda.gateway.auth.Caller;
import io.remuda.gateway.auth.Need;
import io.remuda.protocol.AccessProtocol.ApiKey;
import io.remuda.protocol.AccessProtocol.Scope;
import io.remuda.protocol.RecentRequest;
import io.remuda.protocol.RequestProtocol.Viewer;
import io.remuda.protocol.access.AllowList;
import io.remuda.protocol.id.KeyId;
import io.remuda.protocol.id.ModelName;
import java.util.Optional;
import java.util.function.Function;

/**
 * Which requests somebody may be told of: their own; with the scope audit or admin those to the
 * models that they may see, a tenant's with that tenant's keys.
 */
final class RequestSight {

  private static final Need ALL = Need.oneOf(Scope.AUDIT);

  private RequestSight() {}

  /** What another gateway has to know of {@code caller}. */
  static Viewer of(Caller caller) {
    return new Viewer(caller.key(), caller.may(ALL), caller.models().words(), caller.tenant());
  }

  /**
   * @param keys whose the requests are; one that is known no more may have been any tenant's
   */
  static boolean sees(
      Viewer viewer, RecentRequest request, Function<KeyId, Optional<ApiKey>> keys) {
    return request.key().equals(viewer.key())
        || (viewer.audits()
            && seesModel(viewer, request)
            && (viewer.tenant().isEmpty() || tenant(request, keys).equals(viewer.tenant())));
  }

  /** Who asks for one tenant's alone; a viewer of a tenant sees no other one's in any case. */
  static Viewer of(Caller caller, Optional<String> tenant) {
    Viewer all = of(caller);
    return all.tenant().isPresent() || tenant.isEmpty()
        ? all
        : new Viewer(all.key(), all.audits(), all.models(), tenant);
  }

  /** Whose it was; a gateway of an earlier version says so by its key alone. */
  static Optional<String> tenant(RecentRequest request, Function<KeyId, Optional<ApiKey>> keys) {
    return request
        .tenant()
        .or(() -> KeyId.parse(request.key()).flatMap(keys).flatMap(ApiKey::tenant));
  }

  private static boolean seesModel(Viewer viewer, RecentRequest request) {
    return viewer.models().isEmpty()
        || ModelName.parse(request.model())
            .filter(model -> AllowList.allows(viewer.models(), model))
            .isPresent();
  }
}
