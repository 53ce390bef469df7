package io.remuda.gateway.edge;

import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.Relief;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The models that may answer one request in place of the one that cannot, each tried once, in
 * order; theirs are not followed, so that no request goes round. Lives on one loop.
 */
final class Fallbacks {

  private static final Set<ErrorCode> CANNOT_NOW =
      EnumSet.of(
          ErrorCode.BUSY,
          ErrorCode.RATE_LIMITED,
          ErrorCode.ENGINE_GONE,
          ErrorCode.ENGINE_FAILED,
          ErrorCode.MODEL_LOADING,
          ErrorCode.MODEL_NOT_READY,
          ErrorCode.OVERLOADED,
          ErrorCode.WAITED_TOO_LONG);

  private final FallbackSettings settings;
  private final boolean follows;
  private Optional<List<String>> names = Optional.empty();
  private Optional<Refused> first = Optional.empty();
  private int tried;
  private boolean taken;

  /**
   * @param follows whether the request goes to another model at all
   */
  Fallbacks(FallbackSettings settings, boolean follows) {
    this.settings = settings;
    this.follows = follows;
  }

  /**
   * The next model that has an instance for it.
   *
   * @param model that could not serve it
   * @param visible which models its caller may know of
   */
  Optional<ModelEntry> after(
      String model, Refused why, RouteSnapshot snapshot, Predicate<String> visible) {
    if (names.isEmpty()) {
      names = Optional.of(of(model, snapshot));
      first = Optional.of(why);
    }
    List<String> all = names.get();
    while (tried < all.size()) {
      String name = all.get(tried++);
      Optional<ModelEntry> entry = serving(name, snapshot, visible);
      if (entry.isPresent()) {
        taken = true;
        return entry;
      }
    }
    return Optional.empty();
  }

  /** Whether {@link #after} would find one. */
  boolean hasNext(String model, RouteSnapshot snapshot, Predicate<String> visible) {
    return names.orElseGet(() -> of(model, snapshot)).stream()
        .skip(tried)
        .anyMatch(name -> serving(name, snapshot, visible).isPresent());
  }

  /** Those that its deployment names, or else this gateway's settings. */
  private List<String> of(String model, RouteSnapshot snapshot) {
    if (!follows) {
      return List.of();
    }
    List<String> declared =
        snapshot.find(model).map(ModelEntry::relief).orElse(Relief.NONE).fallbacks().stream()
            .map(ModelName::value)
            .toList();
    Map<String, List<String>> of = settings.of();
    return declared.isEmpty() ? of.getOrDefault(model, List.of()) : declared;
  }

  private static Optional<ModelEntry> serving(
      String name, RouteSnapshot snapshot, Predicate<String> visible) {
    return snapshot.find(name).filter(one -> one.readyCount() > 0 && visible.test(name));
  }

  /** Whether one of them has the request, or had it. */
  boolean taken() {
    return taken;
  }

  /** What the client is told when none served it: why the model did not that it asked for. */
  Refused toTell(Refused last) {
    return first.orElse(last);
  }

  /** Whether another model may answer for one that refuses so. */
  static boolean mayServe(Refused why) {
    return CANNOT_NOW.contains(why.code());
  }
}
