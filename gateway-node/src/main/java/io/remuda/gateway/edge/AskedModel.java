package io.remuda.gateway.edge;

import io.remuda.gateway.routing.Asked;
import io.remuda.gateway.routing.ModelEntry;
import io.remuda.gateway.routing.RouteSnapshot;
import io.remuda.gateway.routing.RoutingSettings;
import org.jspecify.annotations.Nullable;

/**
 * The name that one request asks for, and the model that it is at: the same, or what the name
 * stands for as an alias, which may become another one before the request is over. Lives on one
 * loop.
 */
final class AskedModel {

  private final ClientRequest request;
  private final Tries tries;
  private String asked = "";
  private String model = "";
  private boolean resolved;

  AskedModel(ClientRequest request, Tries tries) {
    this.request = request;
    this.tries = tries;
  }

  /** What its client named. */
  void read(String name) {
    asked = name;
    model = name;
  }

  /** The name that is asked for. */
  String asked() {
    return asked;
  }

  /** The model that it is at; as the client named it while that is not known. */
  String model() {
    return model;
  }

  /**
   * What of the request has a say in where it goes. Where there is no choice nothing of the body is
   * looked at.
   */
  Asked footprint(InferenceHandler handler, boolean stream) {
    RoutingSettings routing = handler.settings().routing();
    ModelEntry entry = handler.routes().snapshot().get(asked);
    boolean chooses = entry != null && entry.readyCount() > 1 && request.lease().isEmpty();
    return chooses
        ? Asked.of(
            routing, handler.prefixes(), stream, asked, request.sender().session(), request.body())
        : Asked.unknown(routing, handler.prefixes(), stream);
  }

  /** It is at this model now. */
  void becomes(ModelEntry entry) {
    resolved = true;
    model = entry.name();
  }

  /** There is no such model. */
  void isNone() {
    model = "";
  }

  /** Whether its caller may know of it. A key is for the name that is asked for, be it an alias. */
  boolean isVisible() {
    return resolved || request.models().test(asked);
  }

  /**
   * The model that it began with, for as long as that has something for it.
   *
   * @param taken whether a fallback has it, from which it does not go back
   */
  @Nullable ModelEntry answering(RouteSnapshot snapshot, boolean taken) {
    ModelEntry begun = snapshot.get(model);
    if (!resolved || (begun != null && tries.untried(begun).isPresent())) {
      return begun;
    }
    ModelEntry now = switchedTo(snapshot, begun, taken);
    return now == null ? begun : now;
  }

  /**
   * The model that the alias asked for stands for by now, where that is another one than {@code
   * begun}, and the better place to go. A lease has its instances, whatever an alias stands for.
   */
  @Nullable ModelEntry switchedTo(
      RouteSnapshot snapshot, @Nullable ModelEntry begun, boolean taken) {
    boolean stays = request.lease().isPresent() || taken;
    ModelEntry now = stays ? null : snapshot.get(asked);
    if (now == null || now.name().equals(model)) {
      return null;
    }
    return begun == null || now.readyCount() > 0 ? now : null;
  }

  /** The name that it is counted by: one that nobody has deployed must not become a label. */
  String counted(RouteSnapshot snapshot) {
    if (!resolved && snapshot.get(model) == null) {
      model = "";
    }
    return model;
  }
}
