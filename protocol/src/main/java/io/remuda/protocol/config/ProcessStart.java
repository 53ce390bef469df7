package io.remuda.protocol.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * When a process started, as text that is compared and never read: a process id is given to another
 * process one day, the two together never are. Where there is a {@code /proc} it is the boot and
 * the kernel's own count of ticks since, which no change of the clock moves; else the time.
 */
public final class ProcessStart {

  private static final Path PROC = Path.of("/proc");
  private static final Path BOOT = PROC.resolve("sys/kernel/random/boot_id");

  /** Its place among the fields that follow the program's name in {@code /proc/<pid>/stat}. */
  private static final int START_TICKS = 19;

  private ProcessStart() {}

  /** Of this process. */
  public static Optional<String> ofThisProcess() {
    return of(ProcessHandle.current().pid());
  }

  /** Of the process that has this id now; empty when there is none, or nothing tells. */
  public static Optional<String> of(long pid) {
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"));
      // A program's name may hold anything, a closing parenthesis too.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
      return Optional.of(Files.readString(BOOT).strip() + "/" + fields[START_TICKS]);
    } catch (IOException | RuntimeException elsewhere) {
      return ProcessHandle.of(pid)
          .flatMap(process -> process.info().startInstant())
          .map(Object::toString);
    }
  }
}
