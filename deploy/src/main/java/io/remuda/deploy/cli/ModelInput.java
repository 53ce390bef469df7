package io.remuda.deploy.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** A typed model's input as it is typed: JSON, {@code -} for standard input, {@code @FILE}. */
final class ModelInput {

  private ModelInput() {}

  /** The JSON; standard input is read where nothing is said. */
  static JsonNode read(Optional<String> said, Surroundings world) {
    String text = said.map(typed -> text(typed, world)).orElseGet(() -> standardInput(world));
    if (text.isBlank()) {
      throw new CliFailure(Exit.USAGE, "there is no input; give it as JSON, as - or as @FILE");
    }
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new CliFailure(Exit.USAGE, "the input is no JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static String text(String typed, Surroundings world) {
    if (typed.equals("-")) {
      return standardInput(world);
    }
    if (!typed.startsWith("@")) {
      return typed;
    }
    try {
      return Files.readString(Path.of(typed.substring(1)));
    } catch (IOException | InvalidPathException e) {
      throw new CliFailure(Exit.USAGE, "cannot read " + typed.substring(1) + ": " + e, e);
    }
  }

  private static String standardInput(Surroundings world) {
    try {
      return new String(world.in().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CliFailure(Exit.USAGE, "cannot read the input from standard input: " + e, e);
    }
  }
}
