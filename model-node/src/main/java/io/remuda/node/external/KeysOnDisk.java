package io.remuda.node.external;

import io.remuda.protocol.AccessTable;
import io.remuda.protocol.TableJson;
import io.remuda.protocol.config.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copy of the fleet's keys in the machine's data directory, so that workers are let in after a
 * start without a registry. One line of JSON, replaced as a whole, with digests of keys and no key.
 * A copy that cannot be read is ignored, one that cannot be written is reported.
 */
public final class KeysOnDisk {

  private static final Logger log = LoggerFactory.getLogger(KeysOnDisk.class);

  private final Path file;

  public KeysOnDisk(Path file) {
    this.file = file;
  }

  /** What was kept; empty when nothing was. Blocks. */
  AccessTable read() {
    try {
      return TableJson.read(Files.readString(file).strip(), AccessTable.class);
    } catch (NoSuchFileException e) {
      return AccessTable.EMPTY;
    } catch (IOException | IllegalArgumentException e) {
      log.warn("event=key-copy-ignored file={} reason={}", file, e.toString());
      return AccessTable.EMPTY;
    }
  }

  /**
   * Keeps what {@code access} hears from now on, and what it has heard.
   *
   * @param writer does the writing, which blocks
   */
  public void follow(WorkerAccess access, Executor writer) {
    AtomicBoolean due = new AtomicBoolean();
    access.onNews(
        () -> {
          if (due.compareAndSet(false, true)) {
            writer.execute(
                () -> {
                  due.set(false);
                  write(access);
                });
          }
        });
  }

  /** One at a time: the one that waits has the later keys. */
  private synchronized void write(WorkerAccess access) {
    try {
      DurableFile.writeSecret(file, TableJson.write(access.keys()) + "\n");
    } catch (IOException e) {
      log.warn("event=key-copy-not-written file={} reason={}", file, e.toString());
    }
  }
}
