package io.remuda.gateway.typed;

import com.typesafe.config.Config;

/**
 * Limits of typed models; see {@code remuda.gateway.typed} in reference.conf.
 *
 * @param depth levels of nesting that are read, of JSON and of protobuf alike
 * @param keepUnknownFields whether protobuf with fields that the type does not have is taken
 * @param maxAnswerBytes longer answers of models are not turned into JSON
 * @param cachedSchemas parsed schemas that are kept
 */
public record TypedSettings(
    int depth, boolean keepUnknownFields, int maxAnswerBytes, int cachedSchemas) {

  /** Reads {@code remuda.gateway.typed}. */
  public static TypedSettings from(Config config) {
    Config typed = config.getConfig("remuda.gateway.typed");
    return new TypedSettings(
        typed.getInt("depth"),
        typed.getBoolean("keep-unknown-fields"),
        (int) Math.min(Integer.MAX_VALUE - 8, typed.getBytes("max-answer-size")),
        typed.getInt("cached-schemas"));
  }
}
