package io.remuda.deploy.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The command line's own settings: a flag wins over the environment, which wins over {@code
 * ~/.config/remuda/config.yaml}, which wins over the default.
 *
 * @param url of the gateway, without a slash at its end
 * @param authority file with certificates of which one has signed an https gateway's; empty: as
 *     this Java trusts
 * @param requestLimit how long one operator's call may take
 */
record Settings(
    URI url,
    Optional<String> key,
    Optional<Path> authority,
    Output.Format format,
    Duration requestLimit) {

  static final String DEFAULT_URL = "http://127.0.0.1:8080";

  /** A lost gateway should not hold a script for long; a first call may wake a sleeping entity. */
  private static final Duration DEFAULT_REQUEST_LIMIT = Duration.ofSeconds(30);

  private static final List<String> KEYS =
      List.of("url", "key", "cacert", "output", "request-limit");

  static Settings resolve(
      Surroundings world,
      Optional<String> url,
      Optional<String> key,
      Optional<String> authority,
      Optional<String> format) {
    Map<String, String> environment = world.environment();
    Map<String, String> file = read(fileOf(world));
    String foundUrl =
        url.or(() -> value(environment, "REMUDA_URL"))
            .or(() -> value(file, "url"))
            .orElse(DEFAULT_URL);
    Optional<String> foundKey =
        key.or(() -> value(environment, "REMUDA_API_KEY")).or(() -> value(file, "key"));
    Optional<Path> foundAuthority =
        authority
            .or(() -> value(environment, "REMUDA_CACERT"))
            .or(() -> value(file, "cacert"))
            .map(Path::of);
    String foundFormat =
        format
            .or(() -> value(environment, "REMUDA_OUTPUT"))
            .or(() -> value(file, "output"))
            .orElse("table");
    Duration limit =
        value(environment, "REMUDA_REQUEST_LIMIT")
            .or(() -> value(file, "request-limit"))
            .map(Durations::parse)
            .orElse(DEFAULT_REQUEST_LIMIT);
    return new Settings(
        parse(foundUrl), foundKey, foundAuthority, Output.Format.of(foundFormat), limit);
  }

  private static Path fileOf(Surroundings world) {
    return value(world.environment(), "XDG_CONFIG_HOME")
        .map(Path::of)
        .orElse(world.home().resolve(".config"))
        .resolve("remuda/config.yaml");
  }

  private static Optional<String> value(Map<String, String> from, String name) {
    return Optional.ofNullable(from.get(name)).filter(text -> !text.isBlank());
  }

  private static Map<String, String> read(Path file) {
    if (!Files.isRegularFile(file)) {
      return Map.of();
    }
    try {
      return StrictYaml.flat(file.toString(), Files.readString(file), KEYS);
    } catch (IOException e) {
      throw new CliFailure(Exit.USAGE, "cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static URI parse(String text) {
    String url = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    try {
      URI uri = URI.create(url);
      if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException bad) {
      // Said below, in the words of this command.
    }
    throw new CliFailure(
        Exit.USAGE, "'" + text + "' is no address of a gateway; it looks like " + DEFAULT_URL);
  }
}
