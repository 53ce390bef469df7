package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.journal.JournalStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an operator types to keep and to look at copies of the journal, and how each ends. */
class JournalVerbTest {

  @TempDir private Path folder;

  @Test
  void backsUpVerifiesAndRestores() throws Exception {
    prepare(folder.resolve("first"));
    String file = folder.resolve("a.backup").toString();

    Typed backup = type("backup", file, "--data", folder.resolve("first").toString());
    assertThat(backup.exit()).isZero();
    assertThat(backup.err()).contains("backed up: 0 events").contains("of fleet remuda");
    assertThat(backup.out()).isEmpty();

    assertThat(type("verify", file).exit()).isZero();
    Typed restored = type("restore", file, "--data", folder.resolve("second").toString());
    assertThat(restored.exit()).isZero();
    assertThat(restored.err()).contains("restored: 0 events");
    assertThat(type("verify", "--data", folder.resolve("second").toString()).exit()).isZero();
    Typed again = type("restore", file, "--data", folder.resolve("second").toString());
    assertThat(again.exit()).isEqualTo(Exit.FAILURE.code());
    assertThat(again.err()).contains("only an empty one");
  }

  @Test
  void namesWhatIsBrokenOnStdoutAndEndsWithAFailure() throws Exception {
    Path data = folder.resolve("first");
    JournalSettings settings = prepare(data);
    try (var connection =
            DriverManager.getConnection(settings.url(), settings.user(), settings.password());
        var statement = connection.createStatement()) {
      statement.execute(
          """
          INSERT INTO "event_journal" ("persistence_id", "sequence_number", "writer",
            "write_timestamp", "adapter_manifest", "event_payload", "event_ser_id",
            "event_ser_manifest") VALUES ('Model|odd', 1, 'test', 1, '', X'ff', 1, 'x')
          """);
    }

    Typed verify = type("verify", "--data", data.toString());

    assertThat(verify.exit()).isEqualTo(Exit.FAILURE.code());
    assertThat(verify.out()).startsWith("Model|odd: event 1 cannot be read: ");
    assertThat(verify.err()).contains("broken names: 1");
  }

  @Test
  void saysWhereThereIsNothing() throws Exception {
    Typed nothing = type("verify", "--data", folder.resolve("none").toString());
    assertThat(nothing.exit()).isEqualTo(Exit.NOT_FOUND.code());
    assertThat(nothing.err()).contains("there is no journal at jdbc:h2:");

    Path text = Files.writeString(folder.resolve("text"), "no backup at all, this is");
    Typed wrong = type("verify", text.toString());
    assertThat(wrong.exit()).isEqualTo(Exit.FAILURE.code());
    assertThat(wrong.err()).contains("is damaged or is no backup");
    assertThat(type("verify", folder.resolve("gone").toString()).exit())
        .isEqualTo(Exit.NOT_FOUND.code());
  }

  private JournalSettings prepare(Path data) throws Exception {
    JournalSettings settings = JournalSettings.from(ConfigFactory.load(), data);
    try (JournalStore store = new JournalStore(settings)) {
      store.prepare();
    }
    return settings;
  }

  private Typed type(String... words) {
    String[] line = new String[words.length + 1];
    line[0] = "journal";
    System.arraycopy(words, 0, line, 1, words.length);
    return Typed.line(line);
  }
}
