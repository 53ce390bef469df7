package io.remuda.deploy.fleet;

import java.util.Arrays;
import java.util.List;

/**
 * The blocks of commands in README.md and docs/*.md, each with the test that types it. A test takes
 * the text from here, so what it types is what newcomers read.
 */
enum Shown {
  /** Except {@code ./remuda test}, which cannot run itself. */
  TWO_COMMANDS("README.md", "./remuda up ", "Up"),
  FIRST_SESSION("README.md", "curl -N", "ReadmeIT"),
  OWN_MODEL("README.md", "cat > chat.yaml", "ReadmeIT"),
  TASKS("README.md", "./remuda task submit", "ReadmeIT"),
  FLEET_PREPARED("README.md", "./remuda keys cluster", "SixCommands"),
  SIX_COMMANDS("README.md", "./remuda registry --bind", "SixCommands"),
  CERTIFICATES("docs/security.md", "./remuda ca init", "EncryptedFleetIT"),
  ENCRYPTED_FLEET("docs/security.md", "./remuda registry --form", "EncryptedFleetIT"),
  ENCRYPTED_METRICS("docs/security.md", "curl -sS --cacert", "EncryptedFleetIT"),
  MODEL_MESSAGES("docs/models.md", "greetings.proto <<", "ModelJarIT"),
  MODEL_CLASS("docs/models.md", "Greeter.java <<", "ModelJarIT"),
  MODEL_BUILT("docs/models.md", "pom.xml <<", "ModelJarIT"),
  MODEL_SERVED("docs/models.md", "./remuda deploy greeter", "ModelJarIT"),
  WORKER_INSTALLED("docs/wire.md", "python3 -m venv", "PythonWorkerIT"),
  WORKER_STARTED("docs/wire.md", "worker.py --node", "PythonWorkerIT"),
  WORKER_CALLED("docs/wire.md", "./remuda infer shout", "PythonWorkerIT");

  private final String page;
  private final String mark;
  private final String executedBy;

  /**
   * @param page where it stands
   * @param mark stands in this block of commands and in no other
   * @param executedBy the class of this package that types it
   */
  Shown(String page, String mark, String executedBy) {
    this.page = page;
    this.mark = mark;
    this.executedBy = executedBy;
  }

  String executedBy() {
    return executedBy;
  }

  boolean is(Pages.Block block) {
    return block.page().equals(page) && block.text().contains(mark);
  }

  /** The block's text; fails unless the page shows it once. */
  String text() {
    List<Pages.Block> found = Pages.blocks().stream().filter(this::is).toList();
    if (found.size() != 1) {
      throw new AssertionError(page + " shows '" + mark + "' in " + found.size() + " blocks");
    }
    return found.get(0).text();
  }

  /** The arguments of each {@code ./remuda} in it, line by line. */
  List<List<String>> arguments() {
    return text()
        .lines()
        .filter(line -> line.startsWith("./remuda "))
        .map(line -> line.replaceFirst(" +#.*", "").substring("./remuda ".length()))
        .map(line -> Arrays.asList(line.strip().split(" +", -1)))
        .toList();
  }
}
