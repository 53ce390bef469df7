package io.remuda.deploy.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** With which arguments a process runs; ProcessHandle tells them of short ones only. */
final class Arguments {

  /** In /proc/PID/stat, counted from what follows the program's name. */
  private static final int GROUP = 2;

  private Arguments() {}

  /**
   * Whether it is the first of its process group. Parts that a shell forks off have its arguments
   * and are in its group.
   */
  static boolean leadsGroup(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[GROUP].equals(Long.toString(pid));
    } catch (IOException ended) {
      return false;
    }
  }

  /** The program and its arguments; nothing of a process that has just ended. */
  static List<String> of(long pid) {
    try {
      byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
      return Arrays.asList(new String(line, StandardCharsets.UTF_8).split("\0", -1));
    } catch (IOException ended) {
      return List.of();
    }
  }
}
