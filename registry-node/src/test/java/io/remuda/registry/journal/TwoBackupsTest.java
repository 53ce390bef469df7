package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two backups that somebody lets write to one file. */
class TwoBackupsTest {

  private static final JournalBackup.Progress SILENT = (rows, of) -> {};

  @TempDir Path data;
  @TempDir Path backups;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private JournalBackup journal;
  private Path file;

  @BeforeEach
  void write() throws Exception {
    JournalSettings settings = JournalSettings.from(ConfigFactory.load(), data);
    try (JournalStore store = new JournalStore(settings)) {
      store.prepare();
    }
    new WrittenRows(settings).scaled("demo", 50);
    journal = new JournalBackup(settings, "fleet", Clock.systemUTC());
    file = backups.resolve("a.backup");
  }

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void theFirstThatIsWholeStaysAndTheOtherIsRefused() throws Exception {
    CountDownLatch secondIsHalf = new CountDownLatch(1);
    CountDownLatch firstIsWhole = new CountDownLatch(1);
    Future<?>[] second = new Future<?>[1];

    JournalReport written =
        journal.backup(
            file,
            (rows, of) -> {
              if (rows == 10) {
                second[0] =
                    threads.submit(
                        () ->
                            journal.backup(
                                file,
                                (row, all) -> {
                                  if (row == 10) {
                                    secondIsHalf.countDown();
                                    await(firstIsWhole);
                                  }
                                }));
                await(secondIsHalf);
              }
            });
    byte[] whole = Files.readAllBytes(file);
    firstIsWhole.countDown();

    assertThatThrownBy(() -> second[0].get(60, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(BackupRefused.class)
        .hasMessageContaining("by somebody else meanwhile");
    assertThat(JournalBackup.verify(file, SILENT)).isEqualTo(written);
    assertThat(Files.readAllBytes(file)).isEqualTo(whole);
    assertThat(left()).containsExactly("a.backup");
  }

  @Test
  void oneThatFailsLeavesNothing() {
    assertThatThrownBy(
            () ->
                journal.backup(
                    file,
                    (rows, of) -> {
                      throw new IllegalStateException("the terminal is gone");
                    }))
        .isInstanceOf(IllegalStateException.class);

    assertThat(left()).isEmpty();
  }

  private Stream<String> left() {
    String[] names = backups.toFile().list();
    return names == null ? Stream.empty() : Stream.of(names);
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
