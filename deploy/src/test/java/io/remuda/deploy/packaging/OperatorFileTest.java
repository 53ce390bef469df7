package io.remuda.deploy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import io.remuda.protocol.config.StrictConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The operator's file says nothing that a node would refuse, commented out or not. */
class OperatorFileTest {

  private static final Pattern SETTING =
      Pattern.compile("^( *)# ([a-z-]+(?:\\.[a-z-]+)*)( = .*| \\{.*})$");
  private static final Pattern VARIABLE = Pattern.compile("# (REMUDA_[A-Z_]+)$");

  @TempDir Path folder;

  @Test
  void isAcceptedAsItIs() throws IOException {
    Path file = Files.writeString(folder.resolve("application.conf"), text());

    Config config = StrictConfig.load(Optional.of(file));

    assertThat(config.getString("remuda.cluster.name")).isEqualTo("remuda");
  }

  @Test
  void isAcceptedWithEverySettingTurnedOn() throws IOException {
    String all = SETTING.matcher("").pattern().pattern();
    String text = Pattern.compile(all, Pattern.MULTILINE).matcher(text()).replaceAll("$1$2$3");
    Path file = Files.writeString(folder.resolve("application.conf"), text);

    Config config = StrictConfig.load(Optional.of(file));

    assertThat(config.getString("remuda.journal.url")).startsWith("jdbc:postgresql:");
    assertThat(config.getStringList("remuda.cluster.seeds")).hasSize(3);
    assertThat(config.getString("remuda.node.labels.gpu")).isEqualTo("a100");
  }

  @Test
  void namesTheVariableOfEachKey() throws IOException {
    Deque<String> groups = new ArrayDeque<>();
    List<String> wrong = new ArrayList<>();
    int named = 0;
    for (String line : text().lines().toList()) {
      Matcher variable = VARIABLE.matcher(line);
      Matcher setting = SETTING.matcher(line);
      if (setting.matches() && variable.find()) {
        named++;
        String key = String.join(".", groups) + "." + setting.group(2);
        String expected = key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
        if (!expected.equals(variable.group(1))) {
          wrong.add(key + " is " + expected + ", not " + variable.group(1));
        }
      } else if (line.matches(" *[a-z-]+ \\{")) {
        groups.addLast(line.strip().replace(" {", ""));
      } else if (line.matches(" *}")) {
        groups.removeLast();
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(named).isGreaterThan(15);
  }

  private static String text() throws IOException {
    return Files.readString(Repository.root().resolve("application.conf"));
  }
}
