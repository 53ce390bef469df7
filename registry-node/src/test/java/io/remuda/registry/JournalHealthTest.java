package io.remuda.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.remuda.registry.journal.JournalSettings;
import io.remuda.registry.journal.JournalStore;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class JournalHealthTest {

  @TempDir Path data;
  private JournalStore store;
  private JournalHealth health;

  @BeforeEach
  void open() throws Exception {
    store = new JournalStore(JournalSettings.from(ConfigFactory.load(), data));
    store.prepare();
    health =
        new JournalHealth(store, new RegistryStatus(), LoggerFactory.getLogger("journal-health"));
    health.ready();
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void anAnswerOfADatabaseThatWasThereIsNoNews() {
    assertThat(health.answered(true)).isFalse();
  }

  @Test
  void anAnswerOfOneThatWasAwayIsNews() {
    health.failed(new SQLException("away"));

    assertThat(health.answered(false)).isTrue();
    assertThat(health.answered(true)).isFalse();
  }

  /**
   * Two questions are under way, and the second one's answer comes after the first one's failure.
   */
  @Test
  void anAnswerToAQuestionFromBeforeItsFailureIsNewsToo() {
    health.failed(new SQLException("away"));

    assertThat(health.answered(true)).isTrue();
  }

  @Test
  void anAnswerIsNewsWhenOnlyAnEntityHadFoundItAway() {
    store.markDown();

    assertThat(health.answered(store.isUp())).isTrue();
  }

  /** The store is held to be there again by the very answer that must not pass for no news. */
  @Test
  void anAnswerIsNewsWhenAnEntityFoundItAwayWhileItWasAsked() throws Exception {
    boolean wasUp = store.isUp();
    store.markDown();
    store.probe();

    assertThat(health.answered(wasUp)).isTrue();
    assertThat(health.answered(store.isUp())).isFalse();
  }
}
