package io.remuda.deploy.fleet;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The commands that README.md and docs/*.md show, read from the pages themselves. */
final class Pages {

  /**
   * A fenced block.
   *
   * @param language what stands behind the fence; empty for a block that is only indented
   */
  record Block(String page, String language, String text) {}

  /** Something in a sentence that looks like a command. */
  record Span(String page, String command) {}

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern FENCED = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
  private static final Pattern INDENTED = Pattern.compile("(?m)(?<=\\n\\n)((?: {4}\\S.*\\n)+)");
  private static final Pattern SPAN =
      Pattern.compile("`((?:[A-Z_]+=\\S+ )*(?:\\./remuda |deploy/bench/\\w+\\.sh)[^`]*)`");

  private Pages() {}

  static List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    for (Path page : pages()) {
      String text = read(page);
      Matcher fenced = FENCED.matcher(text);
      while (fenced.find()) {
        blocks.add(new Block(name(page), fenced.group(1), fenced.group(2)));
      }
      Matcher indented = INDENTED.matcher(text.replaceAll(FENCED.pattern(), ""));
      while (indented.find()) {
        blocks.add(new Block(name(page), "", indented.group(1)));
      }
    }
    return blocks;
  }

  static List<Span> spans() {
    List<Span> spans = new ArrayList<>();
    for (Path page : pages()) {
      Matcher span = SPAN.matcher(read(page).replaceAll(FENCED.pattern(), ""));
      while (span.find()) {
        spans.add(new Span(name(page), span.group(1).strip()));
      }
    }
    return spans;
  }

  /** A file of the repository, named from its top. */
  static String read(String file) {
    return read(ROOT.resolve(file));
  }

  private static List<Path> pages() {
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      return Stream.concat(
              Stream.of(ROOT.resolve("README.md")),
              docs.filter(file -> file.toString().endsWith(".md")).sorted())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String name(Path page) {
    return ROOT.relativize(page).toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
