package io.remuda.registry.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What backups leave that are killed: hashes of keys are in it. */
class LeftPartsTest {

  private static final Duration DAY = Duration.ofDays(1);

  @TempDir Path data;
  @TempDir Path backups;

  @Test
  void theNextBackupToTheSameFileRemovesWhatIsOlderThanADay() throws Exception {
    JournalSettings settings = JournalSettings.from(ConfigFactory.load(), data);
    try (JournalStore store = new JournalStore(settings)) {
      store.prepare();
    }
    left("a.backup.0123abcd.part", DAY.plusHours(1));
    left("a.backup.89abcdef.part", DAY.minusHours(1));
    left("a.backup.mine.part", DAY.plusHours(1));
    left("b.backup.0123abcd.part", DAY.plusHours(1));

    new JournalBackup(settings, "fleet", Clock.systemUTC())
        .backup(backups.resolve("a.backup"), (rows, of) -> {});

    assertThat(backups.toFile().list())
        .containsExactlyInAnyOrder(
            "a.backup", "a.backup.89abcdef.part", "a.backup.mine.part", "b.backup.0123abcd.part");
  }

  private void left(String name, Duration age) throws Exception {
    Path part = Files.writeString(backups.resolve(name), "half of a backup");
    Files.setLastModifiedTime(part, FileTime.from(Instant.now().minus(age)));
  }
}
