package io.remuda.gateway.edge;

import io.remuda.gateway.routing.ModelEntry;
import io.remuda.protocol.Route;
import io.remuda.protocol.model.Loading;
import java.util.Comparator;
import java.util.Optional;

/** What a client that waits for a stream is told of its model, in a comment of the stream. */
final class HoldProgress {

  private HoldProgress() {}

  /**
   * One line without its colon, such as {@code loading phase=WARMING percent=27
   * bytes=1200000000/4700000000 left=12s}: of the instance that is furthest on, each where its
   * machine knows it. Where none is on its way, {@code waiting} and the deployment's phase.
   */
  static String of(ModelEntry entry) {
    Optional<Route> first =
        entry.routes().stream()
            .filter(Refusals::isLoading)
            .max(Comparator.comparing(Route::phase).thenComparing(Route::progress));
    if (first.isPresent()) {
      int progress = first.get().progress();
      return "loading phase="
          + first.get().phase()
          + (progress < 0 ? "" : " percent=" + progress)
          + first.get().loading().map(HoldProgress::further).orElse("");
    }
    return "waiting" + entry.listing().map(listing -> " phase=" + listing.phase()).orElse("");
  }

  private static String further(Loading loading) {
    String bytes =
        loading.bytes() == 0 ? "" : " bytes=" + loading.bytesRead() + "/" + loading.bytes();
    return bytes + loading.left().map(left -> " left=" + left.toSeconds() + "s").orElse("");
  }
}
