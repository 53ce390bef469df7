package io.remuda.node.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/** The processes of this machine as /proc shows them. Every answer is true only of its moment. */
final class ProcTable {

  /**
   * One line of /proc/pid/stat.
   *
   * @param dead whether it has ended and only waits for its parent
   */
  record Entry(long pid, long parent, long group, long session, long startTicks, boolean dead) {}

  /** What the keeper marks its engine's environment with. */
  private static final String MARK = "REMUDA_KEEPER=";

  private final Path root;

  ProcTable() {
    this(Path.of("/proc"));
  }

  ProcTable(Path root) {
    this.root = root;
  }

  Path root() {
    return root;
  }

  Optional<Entry> process(long pid) {
    try {
      return Optional.of(parse(Files.readString(root.resolve(pid + "/stat"))));
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** Whether the process that had this pid and start time still runs. */
  boolean runs(long pid, long startTicks) {
    return process(pid).filter(p -> p.startTicks() == startTicks && !p.dead()).isPresent();
  }

  /** All living processes in the group or session that {@code leader} leads. */
  List<Entry> members(long leader) {
    List<Entry> found = new ArrayList<>();
    each(
        (path, process) -> {
          if (!process.dead() && (process.group() == leader || process.session() == leader)) {
            found.add(process);
          }
        });
    return found;
  }

  /**
   * What still lives of the engine that was {@code pid}: its group and session, and all that
   * carries its nonce in the environment. Empty too when the pid belongs to another process by now:
   * a pid is not given out again while a group or session of that number lives.
   */
  List<Entry> remains(long pid, long startTicks, String nonce) {
    boolean reused = process(pid).filter(p -> p.startTicks() != startTicks).isPresent();
    List<Entry> found = reused ? new ArrayList<>() : members(pid);
    carrying(nonce).stream().filter(each -> !found.contains(each)).forEach(found::add);
    return found;
  }

  /** All living processes that carry the keeper's nonce in their environment. */
  List<Entry> carrying(String nonce) {
    List<Entry> found = new ArrayList<>();
    if (!nonce.isEmpty()) {
      each(
          (path, process) -> {
            if (!process.dead() && strings(path, "environ").contains(MARK + nonce)) {
              found.add(process);
            }
          });
    }
    return found;
  }

  /**
   * The nonce of the keeper to which a process belongs, from its environment or its command line;
   * an empty one for a part of the keeper that knows none; nothing for any other process.
   */
  Optional<String> keeperMark(long pid) {
    Path path = root.resolve(Long.toString(pid));
    for (String variable : strings(path, "environ")) {
      if (variable.startsWith(MARK)) {
        return Optional.of(variable.substring(MARK.length()));
      }
    }
    List<String> line = strings(path, "cmdline");
    boolean shell = !line.isEmpty() && line.get(0).matches("(.*/)?(sh|dash|bash|unshare)");
    if (!shell || line.stream().noneMatch(each -> each.endsWith("/keeper.sh"))) {
      return Optional.empty();
    }
    int keep = line.indexOf("keep");
    return Optional.of(keep >= 0 && line.size() > keep + 4 ? line.get(keep + 4) : "");
  }

  /** The strings of a file of /proc that ends each with a zero; none when it cannot be read. */
  private static List<String> strings(Path process, String file) {
    try {
      String text = Files.readString(process.resolve(file), StandardCharsets.ISO_8859_1);
      return List.of(text.split("\0"));
    } catch (IOException | RuntimeException e) {
      // It ended while we looked, or belongs to another user.
      return List.of();
    }
  }

  /** All living processes whose working directory is {@code folder}. */
  List<Entry> workingIn(Path folder) {
    List<Entry> found = new ArrayList<>();
    Path real;
    try {
      real = folder.toRealPath();
    } catch (IOException e) {
      return found;
    }
    each(
        (path, process) -> {
          try {
            if (!process.dead() && Files.readSymbolicLink(path.resolve("cwd")).equals(real)) {
              found.add(process);
            }
          } catch (IOException | RuntimeException e) {
            // It ended while we looked, or belongs to another user.
          }
        });
    return found;
  }

  private void each(BiConsumer<Path, Entry> seen) {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(root, "[0-9]*")) {
      for (Path path : all) {
        process(Long.parseLong(path.getFileName().toString()))
            .ifPresent(process -> seen.accept(path, process));
      }
    } catch (IOException | RuntimeException e) {
      // A machine without a readable /proc has nothing to show.
    }
  }

  /** Whether a process of {@code leader}'s group listens on {@code port}. */
  boolean listens(long leader, int port) {
    Set<String> sockets = listening(port);
    if (sockets.isEmpty()) {
      return false;
    }
    for (Entry member : members(leader)) {
      Path descriptors = root.resolve(member.pid() + "/fd");
      try (DirectoryStream<Path> open = Files.newDirectoryStream(descriptors)) {
        for (Path each : open) {
          if (isOneOf(each, sockets)) {
            return true;
          }
        }
      } catch (IOException | RuntimeException e) {
        // It ended while we looked, or belongs to another user.
      }
    }
    return false;
  }

  private static boolean isOneOf(Path descriptor, Set<String> sockets) {
    try {
      return sockets.contains(Files.readSymbolicLink(descriptor).toString());
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether anybody listens on the port. */
  boolean taken(int port) {
    return !listening(port).isEmpty();
  }

  /** The sockets that listen on the port, written as in /proc/pid/fd. */
  private Set<String> listening(int port) {
    Set<String> found = new HashSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      try {
        for (String line : Files.readAllLines(root.resolve(table), StandardCharsets.US_ASCII)) {
          String[] fields = line.strip().split("\\s+");
          if (fields.length > 9
              && fields[3].equals("0A")
              && Integer.parseInt(fields[1].substring(fields[1].lastIndexOf(':') + 1), 16)
                  == port) {
            found.add("socket:[" + fields[9] + "]");
          }
        }
      } catch (IOException | RuntimeException e) {
        // No IPv6, or no /proc/net: the other table has to do.
      }
    }
    return found;
  }

  static String bootId() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static Entry parse(String stat) {
    // The program's name may hold blanks and brackets; all after its last bracket is numbers.
    long pid = Long.parseLong(stat.substring(0, stat.indexOf(' ')));
    String[] rest = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    boolean dead = rest[0].equals("Z") || rest[0].equals("X");
    return new Entry(
        pid,
        Long.parseLong(rest[1]),
        Long.parseLong(rest[2]),
        Long.parseLong(rest[3]),
        Long.parseLong(rest[19]),
        dead);
  }
}
