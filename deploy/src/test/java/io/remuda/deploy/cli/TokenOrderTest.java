package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A token is made only when there is a file to keep it, and a file stays only with a token. */
class TokenOrderTest {

  @TempDir private Path folder;

  @Test
  void theFileIsLookedAtBeforeTheAuthorityIs() throws Exception {
    Path taken = Files.writeString(folder.resolve("n.token"), "an older one");

    Typed typed = token(taken);

    assertThat(typed.exit()).isEqualTo(Exit.FAILURE.code());
    assertThat(typed.err()).contains("is there already; name a new file");
    assertThat(taken).hasContent("an older one");
  }

  @Test
  void noFileStaysWithoutAToken() {
    Path file = folder.resolve("n.token");

    Typed typed = token(file);

    assertThat(typed.exit()).isEqualTo(Exit.FAILURE.code());
    assertThat(typed.err()).contains("There is no certificate authority");
    assertThat(file).doesNotExist();
  }

  /** Asks an authority that is not there. */
  private Typed token(Path out) {
    return Typed.line(
        "join-token", "n", "--ca", folder.resolve("none").toString(), "--out", out.toString());
  }
}
