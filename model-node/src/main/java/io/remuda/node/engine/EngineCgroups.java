package io.remuda.node.engine;

import io.remuda.node.engine.ProcTable.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The cgroups that a keeper has made for its engine, as its folder tells. They hold all that the
 * engine ever started, whatever it did to its session or its environment. None on a machine that
 * lets us make none.
 */
record EngineCgroups(List<Path> groups) {
  EngineCgroups {
    groups = List.copyOf(groups);
  }

  /** Of the engine in {@code folder}; only those that were made for {@code nonce}. */
  static EngineCgroups of(Path folder, String nonce) {
    List<Path> found = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(folder.resolve("cgroups"))) {
        if (!nonce.isEmpty() && line.endsWith("/remuda-" + nonce)) {
          found.add(Path.of(line));
        }
      }
    } catch (IOException e) {
      // A folder from before its keeper came so far.
    }
    return new EngineCgroups(found);
  }

  /** All that still lives of the engine in {@code folder}, by whatever shows it. */
  static List<Entry> remains(ProcTable processes, EngineRecord record, Path folder) {
    Set<Entry> found =
        new LinkedHashSet<>(processes.remains(record.pid(), record.startTicks(), record.nonce()));
    of(folder, record.nonce())
        .members()
        .forEach(pid -> processes.process(pid).filter(each -> !each.dead()).ifPresent(found::add));
    return List.copyOf(found);
  }

  /** The processes that are in one of them now. */
  private List<Long> members() {
    List<Long> found = new ArrayList<>();
    for (Path group : groups) {
      try {
        for (String line : Files.readAllLines(group.resolve("cgroup.procs"))) {
          found.add(Long.valueOf(line.strip()));
        }
      } catch (IOException | NumberFormatException e) {
        // It is gone, and so are its processes.
      }
    }
    return found;
  }

  /** Takes them away, which a keeper that was killed has not done; those in use stay. */
  void remove() {
    for (Path group : groups) {
      try {
        Files.deleteIfExists(group);
      } catch (IOException e) {
        // Something still dies in it. An empty cgroup costs next to nothing.
      }
    }
  }
}
