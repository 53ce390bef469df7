package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands that run one after the other take as built. */
class BuiltScriptTest {

  @TempDir private Path temporary;

  @BeforeEach
  void aModuleWhoseClassesAreBuilt() throws IOException {
    Shell.script(temporary.resolve("bin/mvn"), "#!/bin/sh\necho maven\n");
    Files.createDirectories(temporary.resolve("deploy/target/dist"));
    Files.writeString(temporary.resolve("deploy/target/bench.classpath"), "classes");
  }

  @Test
  void classesAreEnoughWhereNoDistributionIsAskedFor() {
    assertThat(built("1", "deploy").output()).isEmpty();
    assertThat(built("", "deploy").output()).isEqualTo("maven\n");
  }

  @Test
  void theDistributionIsBuiltWhereThereIsNone() throws IOException {
    assertThat(built("1", "deploy package").output()).isEqualTo("maven\n");

    Files.writeString(temporary.resolve("deploy/target/dist/BUILT"), "1");

    assertThat(built("1", "deploy package").output()).isEmpty();
  }

  private Shell.Outcome built(String taken, String asked) {
    Shell.Outcome outcome =
        Shell.run(
            temporary,
            Map.of(
                "REMUDA_BUILT",
                taken,
                "PATH",
                temporary.resolve("bin") + ":" + System.getenv("PATH")),
            "bash",
            "-euc",
            ". '" + Repository.root().resolve("deploy/bench/built.sh") + "'; built " + asked);
    assertThat(outcome.code()).as(outcome.output()).isZero();
    return outcome;
  }
}
