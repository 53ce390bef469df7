package io.remuda.gateway.edge;

import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.protocol.ErrorCode;
import io.remuda.protocol.Listing;
import io.remuda.protocol.Refused;
import io.remuda.protocol.Route;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.ModelName;
import io.remuda.protocol.model.PartWords;
import io.remuda.protocol.model.Phase;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The sentences with which the byte path refuses; each says what to do. */
final class Refusals {

  private static final int SHOWN_NAMES = 10;
  private static final int SHOWN_LENGTH = 80;

  private Refusals() {}

  static Refused unknown(String model, RouteSnapshot snapshot, Predicate<String> visible) {
    if (snapshot.isCold()) {
      return Refused.of(
          ErrorCode.MODEL_NOT_READY,
          "this gateway has not heard from the fleet yet; try again, and see that a registry runs");
    }
    Optional<ModelName> target = visible.test(model) ? snapshot.aliasOf(model) : Optional.empty();
    if (target.isPresent()) {
      return aliasOfNothing(model, target.get());
    }
    List<String> names =
        Stream.concat(
                snapshot.models().stream().map(ModelEntry::name),
                snapshot.aliases().keySet().stream())
            .filter(visible)
            .sorted()
            .toList();
    String known =
        names.isEmpty()
            ? "nothing is deployed; deploy one first"
            : "there is: "
                + String.join(", ", names.subList(0, Math.min(SHOWN_NAMES, names.size())))
                + (names.size() > SHOWN_NAMES ? ", ... (GET /v1/models lists all)" : "");
    return Refused.of(
        ErrorCode.MODEL_NOT_FOUND, "the model '" + shown(model) + "' does not exist; " + known);
  }

  /** The name is an alias, and what it stands for is no model. */
  private static Refused aliasOfNothing(String alias, ModelName target) {
    return Refused.of(
        ErrorCode.MODEL_NOT_FOUND,
        "the model '%1$s' is an alias of '%2$s', which was removed; ask for another model, or set the alias to one"
            .formatted(alias, target));
  }

  /** It would have waited, but this gateway ends. */
  static Refused stopping() {
    return Refused.of(
        ErrorCode.SHUTTING_DOWN, "this gateway is stopping; send the request to another one");
  }

  /** As many wait here as may. */
  static Refused roomFull(String model) {
    return Refused.of(
        ErrorCode.OVERLOADED,
        "no instance of '"
            + model
            + "' takes requests now, and as many requests wait at this gateway as"
            + " remuda.gateway.inference.waiting allows; send the request again shortly");
  }

  /** As many requests of its key wait here as may; others' may still come. */
  static Refused shareFull(String model, Sender sender) {
    return Refused.of(
        ErrorCode.RATE_LIMITED,
        "no instance of '"
            + model
            + "' takes requests now, and as many requests of this key"
            + (sender.tenant().isPresent() ? "'s tenant" : "")
            + " wait at this gateway as remuda.gateway.admission.waiting-per-tenant allows; send"
            + " fewer at a time, or again shortly");
  }

  /** Its time is over, and all instances still work on others'. */
  static Refused waitedTooLong(String model) {
    return Refused.of(
        ErrorCode.WAITED_TOO_LONG,
        "no slot of '"
            + model
            + "' came free for this request in the time that it may wait; try again, let it wait"
            + " longer with x-remuda-wait, or scale the model up");
  }

  /** It may not wait, and others do. */
  static Refused behindOthers(String model) {
    return Refused.of(
        ErrorCode.BUSY,
        "others wait for a slot of '"
            + model
            + "', and this request may not wait behind them; let it with x-remuda-wait, or try"
            + " again shortly");
  }

  /** The engine itself answered that it has no room. */
  static Refused engineFull(InstanceId instance) {
    return Refused.of(
        ErrorCode.BUSY, "the engine of " + instance + " takes no more requests now; try again");
  }

  static Refused notTheStream() {
    return Refused.of(ErrorCode.ENGINE_FAILED, "the engine answered without the stream asked for");
  }

  /** The engine failed the request, and a replica's would too; another model's need not. */
  static Refused engineFailed(InstanceId instance, int status) {
    return Refused.of(
        ErrorCode.ENGINE_FAILED,
        "the engine of %s answered %d; its log may say why".formatted(instance, status));
  }

  /**
   * Its engine is not there any more, or not heard of.
   *
   * @param what it did
   */
  static Refused engineGone(InstanceId instance, String what) {
    return Refused.of(
        ErrorCode.ENGINE_GONE,
        "the engine of " + instance + " " + what + "; send the request again");
  }

  static Refused notOffered(String model, Endpoint endpoint, Set<String> offered) {
    return Refused.of(
        ErrorCode.NOT_SUPPORTED,
        "the engine of '%s' does not answer %s; it answers %s"
            .formatted(model, endpoint.path(), String.join(", ", offered)));
  }

  /**
   * @param visible which models its client may know of
   */
  static Refused notReady(ModelEntry entry, Predicate<String> visible) {
    String name = entry.name();
    List<Route> loading = entry.routes().stream().filter(Refusals::isLoading).toList();
    if (!loading.isEmpty()) {
      int progress = loading.stream().mapToInt(Route::progress).max().orElse(-1);
      String so = loading.stream().anyMatch(Refusals::hasEngine) ? "loading" : "starting";
      String percent = progress >= 0 ? " (about " + progress + " %)" : "";
      return Refused.of(
          ErrorCode.MODEL_LOADING,
          "the model '" + name + "' is " + so + percent + "; try again shortly");
    }
    if (entry.leasedCount() > 0) {
      return Refused.of(
          ErrorCode.MODEL_NOT_READY,
          "every instance of '"
              + name
              + "' is leased now; try again when a lease has ended, let the request be held with"
              + " x-remuda-wait, or scale the model up");
    }
    return entry
        .listing()
        .map(listing -> notReady(name, listing, visible))
        .orElseGet(
            () ->
                Refused.of(
                    ErrorCode.MODEL_NOT_READY,
                    "no instance of '" + name + "' takes requests now; try again"));
  }

  /** The same in the words that somebody may read who knows of some models alone. */
  static Refused seenBy(Predicate<String> visible, Refused refused) {
    return Refused.of(refused.code(), seenBy(visible, refused.message())).with(refused.details());
  }

  private static String seenBy(Predicate<String> visible, String sentence) {
    return PartWords.seenBy(model -> visible.test(model.value()), sentence);
  }

  private static Refused notReady(String name, Listing listing, Predicate<String> visible) {
    String because = listing.reason().map(reason -> ": " + seenBy(visible, reason)).orElse("");
    return switch (listing.phase()) {
      case STARTING ->
          Refused.of(
              ErrorCode.MODEL_LOADING, "the model '" + name + "' is starting; try again shortly");
      case PENDING ->
          Refused.of(
              ErrorCode.MODEL_NOT_READY,
              "the model '" + name + "' waits for a machine that can hold it" + because);
      case STOPPED ->
          listing.sleeps()
              ? Refused.of(
                  ErrorCode.MODEL_LOADING,
                  "the model '"
                      + name
                      + "' is asleep and wakes for requests that wait; let it be"
                      + " held with x-remuda-wait, or try again shortly")
              : Refused.of(
                  ErrorCode.MODEL_NOT_READY,
                  "the model '" + name + "' is scaled to zero; scale it up first");
      case FAILED ->
          Refused.of(
              ErrorCode.MODEL_NOT_READY, "the model '" + name + "' does not start" + because);
      case READY, DEGRADED, ENDED ->
          Refused.of(
              ErrorCode.MODEL_NOT_READY,
              "no instance of '" + name + "' takes requests now; try again" + because);
    };
  }

  private static boolean hasEngine(Route route) {
    return route.phase() == Phase.WARMING;
  }

  /** Whether the instance is on its way to take requests. */
  static boolean isLoading(Route route) {
    return switch (route.phase()) {
      case ASSIGNED, STARTING, WARMING -> true;
      case READY, SUSPECT, DRAINING, BACKOFF, FAILED, ENDED -> false;
    };
  }

  /** What a client sent, made fit to be shown. */
  private static String shown(String text) {
    String cut = text.length() > SHOWN_LENGTH ? text.substring(0, SHOWN_LENGTH) + "..." : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
