package io.remuda.deploy.actors;

import akka.dispatch.Futures;
import akka.pattern.Patterns;
import akka.persistence.AtomicWrite;
import akka.persistence.PersistentRepr;
import akka.persistence.testkit.PersistenceTestKitPlugin;
import com.typesafe.config.Config;
import io.remuda.deploy.actors.JournalScript.Fate;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import scala.collection.immutable.Seq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.DurationConverters;
import scala.runtime.BoxedUnit;
import scala.util.Failure;
import scala.util.Try;

/**
 * Akka's journal in memory, which writes, refuses, fails and takes its time as a {@link
 * JournalScript} says.
 */
public final class ScriptedJournal extends PersistenceTestKitPlugin {

  /** As Akka makes it, by its name in the configuration. */
  public ScriptedJournal(Config config, String path) {
    super(config, path);
  }

  @Override
  public Future<Seq<Try<BoxedUnit>>> asyncWriteMessages(Seq<AtomicWrite> writes) {
    JournalScript script = JournalScript.of(context().system());
    List<PersistentRepr> rows = rows(writes);
    Fate fate = script.fate(rows.get(0).persistenceId(), rows);
    if (fate == Fate.FAILED) {
      return Futures.failed(new SQLException("the connection broke, as the test wants it"));
    }
    if (fate == Fate.REFUSED) {
      List<Try<BoxedUnit>> refused = new ArrayList<>();
      CollectionConverters.asJava(writes)
          .forEach(write -> refused.add(new Failure<>(new SQLException("refused by the test"))));
      return Futures.successful(CollectionConverters.asScala(refused).toList());
    }
    Future<Seq<Try<BoxedUnit>>> kept = super.asyncWriteMessages(writes);
    script.kept(rows);
    if (fate == Fate.KEPT_AND_FAILED) {
      return Futures.failed(new SQLException("the answer was lost, as the test wants it"));
    }
    Duration pause = script.pause();
    return pause.isZero()
        ? kept
        : Patterns.after(
            DurationConverters.toScala(pause),
            context().system().scheduler(),
            context().dispatcher(),
            () -> kept);
  }

  private static List<PersistentRepr> rows(Seq<AtomicWrite> writes) {
    return CollectionConverters.asJava(writes).stream()
        .flatMap(write -> CollectionConverters.asJava(write.payload()).stream())
        .toList();
  }
}
