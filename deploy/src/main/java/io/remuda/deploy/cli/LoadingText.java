package io.remuda.deploy.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** How far an instance is with loading, as a table and a sentence say it. */
final class LoadingText {

  private LoadingText() {}

  /** Such as {@code 42% 12s}, with a blank before each; empty where it is not on its way. */
  static String brief(JsonNode instance) {
    JsonNode progress = instance.path("progress");
    if (!progress.isNumber() || progress.asDouble() >= 1) {
      return "";
    }
    JsonNode left = instance.path("loading").path("leftSeconds");
    return String.format(Locale.ROOT, " %.0f%%", 100 * progress.asDouble())
        + (left.isNumber() ? " " + left.asLong() + "s" : "");
  }

  /**
   * Such as {@code loading: 42 %, 1.20 of 4.70 GB read, about 12 s left}; empty where nothing is
   * known.
   */
  static String sentence(JsonNode instance) {
    JsonNode progress = instance.path("progress");
    JsonNode loading = instance.path("loading");
    if (!loading.isObject()) {
      return "";
    }
    String share =
        progress.isNumber()
            ? String.format(Locale.ROOT, " %.0f %%,", 100 * progress.asDouble())
            : "";
    String bytes =
        loading.path("bytes").isNumber()
            ? String.format(
                Locale.ROOT,
                " %.2f of %.2f GB read,",
                loading.path("bytesRead").asLong() / 1e9,
                loading.path("bytes").asLong() / 1e9)
            : "";
    String left =
        loading.path("leftSeconds").isNumber()
            ? " about " + loading.path("leftSeconds").asLong() + " s left"
            : " nobody knows how long still";
    return "loading:" + share + bytes + left;
  }
}
