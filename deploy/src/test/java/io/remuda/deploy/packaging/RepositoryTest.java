package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shape of the repository: few entries at its top, no page that points at nothing. */
class RepositoryTest {

  private static final Set<String> MODULES =
      Set.of("protocol", "registry-node", "model-node", "gateway-node", "deploy");
  private static final Set<String> FILES =
      Set.of("pom.xml", "application.conf", "README.md", "remuda");
  private static final Set<String> BESIDE =
      Set.of(
          "LICENSE",
          "NOTICE",
          "CHANGELOG.md",
          "CONTRIBUTING.md",
          "RATIONALE.md",
          "docs",
          ".mvn",
          ".ci",
          ".editorconfig",
          ".gitignore");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)(?:\\s+\"[^\"]*\")?\\)");

  @Test
  void holdsNothingAtItsTopThatWasNotAgreed(@TempDir Path folder) {
    // What is committed: a newcomer's own files may lie beside it.
    Shell.Outcome listed =
        Shell.run(folder, Map.of(), "git", "-C", Repository.root().toString(), "ls-files");
    assertThat(listed.code()).as(listed.output()).isZero();

    assertThat(listed.output().lines().map(file -> file.replaceFirst("/.*", "")).distinct())
        .contains("README.md")
        .filteredOn(name -> !MODULES.contains(name) && !FILES.contains(name))
        .filteredOn(name -> !BESIDE.contains(name))
        .as("put it into a module, deploy/ or docs/")
        .isEmpty();
  }

  @Test
  void everyRelativeLinkOfAPageLeadsSomewhere() throws IOException {
    List<String> dead = new ArrayList<>();
    for (Path page : pages()) {
      Matcher link = LINK.matcher(withoutCode(Files.readString(page)));
      while (link.find()) {
        String target = link.group(1);
        if (target.matches("[a-z]+:.*") || target.startsWith("#")) {
          continue;
        }
        String path = target.replaceFirst("#.*", "");
        if (!Files.exists(page.resolveSibling(path).normalize())) {
          dead.add(Repository.root().relativize(page) + " -> " + target);
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  /** Else a test that is renamed would no longer run on the newer JDK, and nobody would know. */
  @Test
  void everyLineOfTheTestsForANewerJdkNamesSome() throws IOException {
    List<Path> tests = new ArrayList<>();
    for (String module : MODULES) {
      Path folder = Repository.root().resolve(module).resolve("src/test/java");
      try (Stream<Path> files = Files.walk(folder)) {
        files.filter(Files::isRegularFile).forEach(tests::add);
      }
    }
    assertThat(Repository.read(".ci/newer-jdk").lines())
        .filteredOn(line -> !line.isBlank() && !line.startsWith("#"))
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(tests)
                    .as(line)
                    .anyMatch(FileSystems.getDefault().getPathMatcher("glob:" + line)::matches));
  }

  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Repository.root(), 6)) {
      files
          .filter(file -> file.getFileName().toString().endsWith(".md"))
          .filter(
              file ->
                  Stream.of("/target/", "/node_modules/", "/.remuda/", "/.git/")
                      .noneMatch(part -> file.toString().contains(part)))
          .forEach(pages::add);
    }
    return pages;
  }

  private static String withoutCode(String text) {
    return text.replaceAll("(?s)```.*?```", "").replaceAll("`[^`\n]*`", "");
  }
}
