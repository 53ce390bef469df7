package io.remuda.node.engine;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import io.remuda.protocol.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All engine profiles of this machine: those of the distribution, and those of the machine's admin,
 * whose files replace ours of the same name.
 */
public final class EngineProfiles {
  private static final List<String> BUILT_IN =
      List.of(
          "llama-server",
          "vllm",
          "sglang",
          "ollama",
          "command",
          "jar",
          "onnx",
          "jvm",
          "remote",
          "external");

  private final Map<String, EngineProfile> byName;

  private EngineProfiles(Map<String, EngineProfile> byName) {
    this.byName = Map.copyOf(byName);
  }

  /**
   * Reads the profiles of the distribution and, where {@code remuda.node.engine.profiles} names a
   * folder, each of its {@code .conf} files. One bad file is refused as a whole, with its line.
   */
  public static EngineProfiles from(Config config) throws EngineRefusal {
    String folder = config.getString("remuda.node.engine.profiles");
    return folder.isBlank() ? builtIn() : builtIn().with(Path.of(folder));
  }

  /** Only those of the distribution. */
  public static EngineProfiles builtIn() {
    Map<String, EngineProfile> profiles = new TreeMap<>();
    for (String name : BUILT_IN) {
      String resource = "/engines/" + name + ".conf";
      try (InputStream file = EngineProfiles.class.getResourceAsStream(resource)) {
        if (file == null) {
          throw new IllegalStateException(resource + " is missing from the distribution");
        }
        Config read =
            ConfigFactory.parseReader(
                new InputStreamReader(file, StandardCharsets.UTF_8),
                ConfigParseOptions.defaults().setOriginDescription(name + ".conf"));
        profiles.put(name, ProfileReader.read(read.resolve()));
      } catch (EngineRefusal e) {
        throw new IllegalStateException(e.getMessage(), e);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return new EngineProfiles(profiles);
  }

  /** These and the ones in {@code folder}. */
  public EngineProfiles with(Path folder) throws EngineRefusal {
    Map<String, EngineProfile> profiles = new TreeMap<>(byName);
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".conf")).sorted().toList()) {
        EngineProfile profile =
            ProfileReader.read(ConfigFactory.parseFile(file.toFile()).resolve());
        profiles.put(profile.name(), profile);
      }
    } catch (IOException e) {
      throw new EngineRefusal(
          ErrorCode.INVALID_SPEC, "the folder of engine profiles cannot be read: " + e);
    } catch (ConfigException e) {
      throw new EngineRefusal(ErrorCode.INVALID_SPEC, "engine profile: " + e.getMessage());
    }
    return new EngineProfiles(profiles);
  }

  public Optional<EngineProfile> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The profile, or a refusal that lists those that there are. */
  public EngineProfile get(String name) throws EngineRefusal {
    EngineProfile profile = byName.get(name);
    if (profile == null) {
      throw new EngineRefusal(
          ErrorCode.NO_SUCH_ENGINE,
          "this machine knows no engine of that name; it knows " + names());
    }
    return profile;
  }

  /** In alphabetical order. */
  public List<String> names() {
    return byName.keySet().stream().sorted().toList();
  }

  /** In alphabetical order of their names. */
  public List<EngineProfile> all() {
    return new TreeMap<>(byName).values().stream().toList();
  }
}
