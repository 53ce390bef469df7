package io.remuda.gateway.dialect;

/** Models' names as Ollama's clients say them: with a tag, which here is always the latest. */
public final class OllamaNames {

  private static final String LATEST = ":latest";

  private OllamaNames() {}

  /** The model's own name. */
  public static String untagged(String name) {
    return name.endsWith(LATEST) ? name.substring(0, name.length() - LATEST.length()) : name;
  }

  /** As Ollama lists it. */
  public static String tagged(String model) {
    return model + LATEST;
  }
}
