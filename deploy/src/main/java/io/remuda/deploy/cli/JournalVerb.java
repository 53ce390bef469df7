package io.remuda.deploy.cli;

import com.typesafe.config.Config;
import io.remuda.protocol.config.StartRefused;
import io.remuda.registry.journal.BackupRefused;
import io.remuda.registry.journal.JournalBackup;
import io.remuda.registry.journal.JournalReport;
import io.remuda.registry.journal.JournalSettings;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Keeps a second copy of what the registry decided, and looks whether it can be read. */
@Command(
    name = "journal",
    mixinStandardHelpOptions = true,
    description = "Back up, restore and verify the journal: all that the registry decided.",
    subcommands = {
      JournalVerb.Backup.class,
      JournalVerb.Restore.class,
      JournalVerb.Verify.class,
    },
    footer = {
      "",
      "A journal in PostgreSQL is backed up while the fleet runs; one that is a file",
      "when its node has ended. Queued tasks and results are not in it. What a backup",
      "that was killed leaves, FILE.*.part, the next one to FILE removes after a day.",
      "",
      "Example: ./remuda journal backup monday.backup"
    })
final class JournalVerb {

  private JournalVerb() {}

  /** Which journal it is. */
  static final class Place {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        description = "The registry's data directory. Default: that of 'up'.")
    private @Nullable Path data;

    @Option(
        names = "--config",
        paramLabel = "FILE",
        description = "Its configuration. Default: application.conf beside the launcher.")
    private @Nullable Path config;

    private Surroundings world() {
      return Main.of(spec).world();
    }

    private JournalBackup journal() {
      try {
        Config loaded = NodeOptions.load("", data, config, Map.of());
        return new JournalBackup(
            JournalSettings.from(loaded, Path.of(loaded.getString("remuda.node.data"))),
            loaded.getString("remuda.cluster.name"),
            Clock.systemUTC());
      } catch (StartRefused refused) {
        throw NodeOptions.failure(refused);
      } catch (IllegalArgumentException e) {
        throw new CliFailure(Exit.FAILURE, String.valueOf(e.getMessage()), e);
      }
    }

    /**
     * Does it, and prints each name that is broken.
     *
     * @param done what was done, as the beginning of a sentence
     */
    private JournalReport run(String done, Function<JournalBackup.Progress, JournalReport> work) {
      JournalReport report;
      try {
        report = work.apply(new Slowly(world()));
      } catch (BackupRefused refused) {
        throw new CliFailure(
            refused.isMissing() ? Exit.NOT_FOUND : Exit.FAILURE,
            String.valueOf(refused.getMessage()),
            refused);
      }
      report.broken().forEach((name, why) -> world().out().println(name + ": " + why));
      world()
          .err()
          .println(
              "%s: %d events and %d snapshots of %d names; journal %s of fleet %s, as of %s%s"
                  .formatted(
                      done,
                      report.events(),
                      report.snapshots(),
                      report.names(),
                      report.header().journal(),
                      report.header().cluster(),
                      report.header().madeAt(),
                      report.broken().isEmpty()
                          ? ""
                          : "; broken names: " + report.broken().size()));
      return report;
    }
  }

  /** Writes a backup. */
  @Command(
      name = "backup",
      mixinStandardHelpOptions = true,
      description = "Write the whole journal to one file, as it stands now.",
      footer = {"", "Example: ./remuda journal backup monday.backup"})
  static final class Backup implements Callable<Integer> {
    @Mixin private Place place;

    @Parameters(paramLabel = "FILE", description = "The file to write; it must not be there yet.")
    private Path file;

    @Override
    public Integer call() {
      JournalBackup journal = place.journal();
      place.run("backed up", progress -> journal.backup(file.toAbsolutePath(), progress));
      return Exit.OK.code();
    }
  }

  /** Restores one. */
  @Command(
      name = "restore",
      mixinStandardHelpOptions = true,
      description = {
        "Fill an empty journal from a backup, before a registry node is started on it.",
        "What was decided after the backup is not in it: instances that were placed later",
        "go on and are named by 'ls'."
      },
      footer = {"", "Example: ./remuda journal restore monday.backup --data restored"})
  static final class Restore implements Callable<Integer> {
    @Mixin private Place place;

    @Parameters(paramLabel = "FILE", description = "A backup, which is verified first.")
    private Path file;

    @Override
    public Integer call() {
      JournalBackup journal = place.journal();
      place.run("restored", progress -> journal.restore(file, progress));
      return Exit.OK.code();
    }
  }

  /** Reads all of a backup or of the journal. */
  @Command(
      name = "verify",
      mixinStandardHelpOptions = true,
      description = {
        "Read every event of a backup, or of the journal itself, and name each deployment,",
        "machine or key ring that is broken: its bytes cannot be read, or events are missing."
      },
      footer = {
        "",
        "Example: ./remuda journal verify monday.backup",
        "Exit codes: 0 all is well, 1 something is broken, 3 there is nothing."
      })
  static final class Verify implements Callable<Integer> {
    @Mixin private Place place;

    @Parameters(
        paramLabel = "FILE",
        arity = "0..1",
        description = "A backup. Default: the journal itself.")
    private @Nullable Path file;

    @Override
    public Integer call() {
      Path backup = file;
      JournalReport report;
      if (backup == null) {
        JournalBackup journal = place.journal();
        report = place.run("verified", journal::verify);
      } else {
        report = place.run("verified", progress -> JournalBackup.verify(backup, progress));
      }
      return report.broken().isEmpty() ? Exit.OK.code() : Exit.FAILURE.code();
    }
  }

  /** Says every few seconds how far long work is. */
  private static final class Slowly implements JournalBackup.Progress {

    private static final Duration EVERY = Duration.ofSeconds(5);

    private final Surroundings world;
    private long saidAt = System.nanoTime();

    Slowly(Surroundings world) {
      this.world = world;
    }

    @Override
    public void at(long rows, long of) {
      long now = System.nanoTime();
      if (now - saidAt > EVERY.toNanos()) {
        saidAt = now;
        world.err().println("%d of %d rows".formatted(rows, of));
      }
    }
  }
}
