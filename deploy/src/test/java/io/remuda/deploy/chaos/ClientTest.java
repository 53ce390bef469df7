package io.remuda.deploy.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.deploy.check.Observation.Outcome;
import org.junit.jupiter.api.Test;

class ClientTest {

  private static final String CHUNK = "data: {\"choices\":[]}\n\n";
  private static final String ERROR = "{\"error\":{\"message\":\"busy\"}}";

  @Test
  void takesAWholeAnswerForAnAnswer() {
    assertThat(Client.outcome(200, "{\"choices\":[]}", false)).isEqualTo(Outcome.ANSWERED);
    assertThat(Client.outcome(200, CHUNK + "data: [DONE]\n\n", true)).isEqualTo(Outcome.ANSWERED);
  }

  @Test
  void takesAStreamWithoutItsEndMarkForSilence() {
    assertThat(Client.outcome(200, CHUNK, true)).isEqualTo(Outcome.SILENCE);
    assertThat(Client.outcome(200, "", true)).isEqualTo(Outcome.SILENCE);
  }

  @Test
  void takesAnErrorOfTheCatalogueForWhatItIs() {
    assertThat(Client.outcome(503, ERROR, false)).isEqualTo(Outcome.REFUSED);
    assertThat(Client.outcome(429, ERROR, true)).isEqualTo(Outcome.REFUSED);
    assertThat(Client.outcome(500, ERROR, false)).isEqualTo(Outcome.ERROR);
    assertThat(Client.outcome(200, CHUNK + "data: " + ERROR + "\n\n", true))
        .isEqualTo(Outcome.ERROR);
  }

  @Test
  void takesWhatNoContractKnowsForAFailure() {
    assertThat(Client.outcome(502, "<html>", false)).isEqualTo(Outcome.FAILED);
    assertThat(Client.outcome(503, "", false)).isEqualTo(Outcome.FAILED);
    assertThat(Client.outcome(200, "", false)).isEqualTo(Outcome.FAILED);
  }
}
