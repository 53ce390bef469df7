package io.remuda.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.testing.FreePort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which gateway is asked, with which key, and how its answer is printed. */
final class SettingsTest {

  @TempDir private Path home;

  private final ScriptedGateway gateway = new ScriptedGateway();

  @AfterEach
  void close() {
    gateway.close();
  }

  @Test
  void takesTheGatewayFromTheFlagThenTheEnvironmentThenTheFile() throws IOException {
    gateway.on("GET /v1/deployments", 200, "[]");
    Path file = home.resolve(".config/remuda/config.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "url: " + gateway.url() + "\nkey: from-file\n");

    assertThat(Typed.in(Map.of(), home, "", "ls").exit()).isZero();
    assertThat(gateway.last().headers()).containsEntry("Authorization", "Bearer from-file");

    Map<String, String> environment = Map.of("REMUDA_API_KEY", "from-environment");
    Typed.in(environment, home, "", "ls");
    assertThat(gateway.last().headers()).containsEntry("Authorization", "Bearer from-environment");

    Typed.in(environment, home, "", "ls", "--key", "from-flag");
    assertThat(gateway.last().headers()).containsEntry("Authorization", "Bearer from-flag");

    String nobody = "http://127.0.0.1:" + FreePort.next();
    assertThat(Typed.in(Map.of("REMUDA_URL", nobody), home, "", "ls").err()).contains(nobody);
  }

  @Test
  void refusesAMisspeltSettingWithFileAndLine() throws IOException {
    Path file = home.resolve(".config/remuda/config.yaml");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "# mine\nulr: http://127.0.0.1:1\n");

    Typed typed = Typed.in(Map.of(), home, "", "ls");

    assertThat(typed.exit()).isEqualTo(2);
    assertThat(typed.err()).contains(file + ":2: unknown key 'ulr'; did you mean 'url'?");
  }

  @Test
  void refusesAnAddressThatIsNone() {
    assertThat(Typed.line("ls", "--url", "localhost").exit()).isEqualTo(2);
    assertThat(Typed.line("ls", "-o", "xml").err()).contains("table, json and yaml");
  }
}
