package io.remuda.protocol.config;

import java.nio.file.Path;

/**
 * The one database file of a node that has no database server: journal, queued tasks and results.
 */
public final class EmbeddedDatabase {

  private static final String WRITE_THROUGH =
      // Without it a crash loses commits that were acknowledged.
      ";WRITE_DELAY=0";
  private static final String NO_HOOK =
      // H2's own shutdown hook would close the file while the node still ends in order beside it.
      ";DB_CLOSE_ON_EXIT=FALSE";

  private EmbeddedDatabase() {}

  /** Its address, in the same words for all who open it; the last to close it ends it. */
  public static String url(Path dataDir) {
    return "jdbc:h2:file:"
        + dataDir.toAbsolutePath().resolve("db/remuda")
        + WRITE_THROUGH
        + NO_HOOK;
  }
}
