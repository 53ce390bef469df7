package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packed distribution: complete, started by its own launcher, every jar named in NOTICE. */
class DistributionIT {

  private static final Path DIST = Repository.root().resolve("deploy/target/dist");

  @TempDir Path temporary;

  @Test
  void startsFromItsOwnFolder() {
    Shell.Outcome outcome =
        Shell.run(temporary, Map.of(), DIST.resolve("remuda").toString(), "version");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output()).startsWith("remuda ");
  }

  @Test
  void startsFromTheCheckoutWithoutBuildingAgain() {
    Shell.Outcome outcome =
        Shell.run(temporary, Map.of(), Repository.root().resolve("remuda").toString(), "version");

    assertThat(outcome.code()).isZero();
    assertThat(outcome.output()).doesNotContain("building");
  }

  @Test
  void carriesTheEngineInstallAsAProgram() {
    assertThat(DIST.resolve("libexec/install-llama-server")).isExecutable();
    assertThat(DIST.resolve("libexec/install-onnx")).isExecutable();
  }

  @Test
  void theOptionalRuntimeIsNoPartOfIt() throws IOException {
    try (Stream<Path> jars = Files.list(DIST.resolve("lib"))) {
      assertThat(jars.map(jar -> jar.getFileName().toString()))
          .isNotEmpty()
          .noneMatch(name -> name.startsWith("onnxruntime"));
    }
  }

  @Test
  void everyJarIsNamedInTheNotice() throws IOException {
    List<String> prefixes = prefixesOfNotice();
    try (Stream<Path> jars = Files.list(DIST.resolve("lib"))) {
      List<String> unnamed =
          jars.map(jar -> jar.getFileName().toString())
              .filter(
                  name ->
                      !name.matches("(protocol|registry-node|model-node|gateway-node|deploy)-.*"))
              .filter(name -> prefixes.stream().noneMatch(name::startsWith))
              .toList();

      assertThat(unnamed).as("add these to NOTICE with their licence").isEmpty();
    }
  }

  /** The first column of NOTICE's tables: beginnings of jar names, separated by commas. */
  private static List<String> prefixesOfNotice() {
    Pattern cell = Pattern.compile("(?m)^((?:[A-Za-z0-9_-]+(?:, |,$)?)+)(?: {2,}|$)");
    Matcher lines = cell.matcher(Repository.read("NOTICE"));
    return lines
        .results()
        .flatMap(line -> Stream.of(line.group(1).split(", ?")))
        .map(String::trim)
        .filter(prefix -> prefix.length() > 2 && !prefix.matches("-+"))
        .toList();
  }
}
