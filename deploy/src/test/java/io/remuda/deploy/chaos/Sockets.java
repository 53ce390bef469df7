package io.remuda.deploy.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a process's network namespace has sent and nobody has taken, from the kernel's table. */
final class Sockets {

  private static final String ESTABLISHED = "01";
  private static final String CONNECTING = "02";

  /** Before an address of IPv4 that is written as one of IPv6. */
  private static final String MAPPED = "0000000000000000FFFF0000";

  private Sockets() {}

  /**
   * Bytes that wait for that address, and connections that wait for it, one each: what is sent to a
   * host that is not there stays in it for minutes. What is being closed does not count: the word
   * that it ends waits too.
   */
  static long unsent(long pid, String address, int port) {
    return unsent(table(pid), address, port);
  }

  /** As {@link #unsent(long, String, int)}, of a table in the shape of /proc/net/tcp. */
  static long unsent(List<String> table, String address, int port) {
    long sum = 0;
    for (String[] fields : to(table, address, port)) {
      if (fields[3].equals(ESTABLISHED)) {
        sum += Long.parseLong(fields[4].substring(0, 8), 16);
      } else if (fields[3].equals(CONNECTING)) {
        sum++;
      }
    }
    return sum;
  }

  /** How many connections to that address there are, of any state. */
  static int connections(long pid, String address, int port) {
    return to(table(pid), address, port).size();
  }

  /** A virtual machine's sockets are of IPv6, also those to addresses of IPv4. */
  private static List<String> table(long pid) {
    try {
      List<String> all = new ArrayList<>();
      for (String name : List.of("tcp", "tcp6")) {
        all.addAll(Files.readAllLines(Path.of("/proc", Long.toString(pid), "net", name)));
      }
      return all;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String[]> to(List<String> table, String address, int port) {
    String remote = hexadecimal(address) + ":" + String.format(Locale.ROOT, "%04X", port);
    return table.stream()
        .map(line -> line.strip().split("\\s+", -1))
        .filter(fields -> fields.length > 4)
        .filter(fields -> fields[2].equals(remote) || fields[2].equals(MAPPED + remote))
        .toList();
  }

  /** As the kernel writes it: the last byte first. */
  private static String hexadecimal(String address) {
    String[] bytes = address.split("\\.", -1);
    StringBuilder out = new StringBuilder();
    for (int i = bytes.length - 1; i >= 0; i--) {
      out.append(String.format(Locale.ROOT, "%02X", Integer.parseInt(bytes[i])));
    }
    return out.toString();
  }
}
