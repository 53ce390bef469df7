package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import org.junit.jupiter.api.Test;

/** The servers that the compose file starts are those the pages speak of. */
class ComposeTest {

  @Test
  void thePostgresqlHoldsTheJournalThatTheReadmeNames() throws JsonProcessingException {
    JsonNode postgres =
        new YAMLMapper()
            .readTree(Repository.read("deploy/compose/compose.yaml"))
            .path("services")
            .path("postgres");
    JsonNode made = postgres.path("environment");
    String address = postgres.path("ports").path(0).asText().replaceFirst(":5432$", "");

    assertThat(Repository.read("README.md"))
        .contains(
            "REMUDA_JOURNAL_URL=jdbc:postgresql://"
                + address
                + "/"
                + made.path("POSTGRES_DB").asText()
                + "\n")
        .contains("REMUDA_JOURNAL_USER=" + made.path("POSTGRES_USER").asText() + " ");
  }
}
