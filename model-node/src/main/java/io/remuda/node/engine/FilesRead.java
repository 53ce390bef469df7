package io.remuda.node.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How much of a model's files the processes of an engine have read, as /proc shows it: what of a
 * file is in memory where a process has mapped it, or how far in it a process is that reads it. Of
 * several processes that read one file the one that is furthest counts. Blocks.
 *
 * @param read bytes, at most {@code all}
 * @param all bytes of the files
 */
public record FilesRead(long read, long all) {

  private static final String SPLIT = "(.+)-[0-9]{5}-of-([0-9]{5})[.]gguf";

  /** Empty when the model has no bytes here. */
  static Optional<FilesRead> of(Path proc, Collection<Long> processes, Path model) {
    Map<String, Long> sizes = sizes(model);
    Map<String, Long> read = new HashMap<>();
    for (long process : processes) {
      Path folder = proc.resolve(Long.toString(process));
      furthest(read, mapped(folder, sizes));
      furthest(read, positions(folder, sizes));
    }
    long all = sizes.values().stream().mapToLong(Long::longValue).sum();
    long sum =
        read.entrySet().stream()
            .mapToLong(each -> Math.min(each.getValue(), sizes.getOrDefault(each.getKey(), 0L)))
            .sum();
    return all == 0 ? Optional.empty() : Optional.of(new FilesRead(sum, all));
  }

  private static void furthest(Map<String, Long> sofar, Map<String, Long> more) {
    more.forEach((file, bytes) -> sofar.merge(file, bytes, Math::max));
  }

  /**
   * The files by their real paths: the one, all parts of a split one, or the weights of a folder.
   */
  private static Map<String, Long> sizes(Path model) {
    Map<String, Long> sizes = new TreeMap<>();
    try {
      Path real = model.toRealPath();
      String name = String.valueOf(real.getFileName());
      if (Files.isDirectory(real)) {
        put(sizes, real, ".+[.](safetensors|gguf|bin)");
      } else if (name.matches(SPLIT)) {
        String parts = name.replaceFirst(SPLIT, "\\\\Q$1\\\\E-[0-9]{5}-of-$2[.]gguf");
        put(sizes, real.resolveSibling("."), parts);
      } else {
        sizes.put(real.toString(), Files.size(real));
      }
    } catch (IOException e) {
      // It is not there any more; the engine says so itself.
    }
    return sizes;
  }

  private static void put(Map<String, Long> sizes, Path folder, String names) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      for (Path each : all.toList()) {
        if (String.valueOf(each.getFileName()).matches(names) && Files.isRegularFile(each)) {
          sizes.put(each.toRealPath().toString(), Files.size(each));
        }
      }
    }
  }

  private static Map<String, Long> mapped(Path process, Map<String, Long> wanted) {
    Map<String, Long> resident = new HashMap<>();
    try (Stream<String> lines =
        Files.lines(process.resolve("smaps"), StandardCharsets.ISO_8859_1)) {
      String[] file = {""};
      lines.forEach(
          line -> {
            if (line.startsWith("Rss:")) {
              if (wanted.containsKey(file[0])) {
                resident.merge(file[0], 1024 * number(line), Long::sum);
              }
            } else if (line.indexOf('-') > 0 && Character.digit(line.charAt(0), 16) >= 0) {
              file[0] = fileOf(line);
            }
          });
    } catch (IOException | RuntimeException e) {
      // It ended while we looked, or belongs to another user.
    }
    return resident;
  }

  /** Of a mapping's first line: address, rights, offset, device, inode, path. */
  private static String fileOf(String line) {
    String[] parts = line.split(" +", 6);
    // Names are bytes to the kernel, and were read as such.
    return parts.length < 6
        ? ""
        : new String(parts[5].getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }

  private static Map<String, Long> positions(Path process, Map<String, Long> wanted) {
    Map<String, Long> furthest = new HashMap<>();
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path each : open) {
        position(process, each, wanted, furthest);
      }
    } catch (IOException | RuntimeException e) {
      // It ended while we looked, or belongs to another user.
    }
    return furthest;
  }

  private static void position(
      Path process, Path descriptor, Map<String, Long> wanted, Map<String, Long> furthest) {
    try {
      String file = Files.readSymbolicLink(descriptor).toString();
      if (wanted.containsKey(file)) {
        Path about = process.resolve("fdinfo").resolve(String.valueOf(descriptor.getFileName()));
        for (String line : Files.readAllLines(about, StandardCharsets.ISO_8859_1)) {
          if (line.startsWith("pos:")) {
            furthest.merge(file, number(line), Math::max);
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      // Closed while we looked.
    }
  }

  private static long number(String line) {
    return Long.parseLong(line.replaceAll("[^0-9]", ""));
  }
}
