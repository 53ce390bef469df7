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
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
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
    return switch (fate) {
      case FAILED -> broken("the connection broke, as the test wants it");
      case REFUSED -> refused(writes);
      case KEPT ->
          after(
              script.writing(),
              () -> keep(script, writes, rows, kept -> after(script.pause(), () -> kept)));
      case KEPT_AND_FAILED ->
          after(
              script.writing(),
              () ->
                  keep(
                      script,
                      writes,
                      rows,
                      kept -> broken("the answer was lost, as the test wants it")));
      case TOLD_FIRST -> {
        var unseen = after(script.writing(), () -> keep(script, writes, rows, kept -> kept));
        yield written();
      }
      case TOLD_ONLY -> written();
    };
  }

  /** Keeps the rows unless another writer has taken their numbers, as a primary key has it. */
  private Future<Seq<Try<BoxedUnit>>> keep(
      JournalScript script,
      Seq<AtomicWrite> writes,
      List<PersistentRepr> rows,
      UnaryOperator<Future<Seq<Try<BoxedUnit>>>> then) {
    if (!script.fits(rows)) {
      return broken("duplicate key");
    }
    Future<Seq<Try<BoxedUnit>>> kept = super.asyncWriteMessages(writes);
    script.kept(rows);
    return then.apply(kept);
  }

  private Future<Seq<Try<BoxedUnit>>> after(
      Duration pause, Supplier<Future<Seq<Try<BoxedUnit>>>> act) {
    return pause.isZero()
        ? act.get()
        : Patterns.after(
            DurationConverters.toScala(pause),
            context().system().scheduler(),
            context().dispatcher(),
            act::get);
  }

  private static Future<Seq<Try<BoxedUnit>>> broken(String why) {
    return Futures.failed(new SQLException(why));
  }

  private static Future<Seq<Try<BoxedUnit>>> refused(Seq<AtomicWrite> writes) {
    List<Try<BoxedUnit>> refused = new ArrayList<>();
    CollectionConverters.asJava(writes)
        .forEach(write -> refused.add(new Failure<>(new SQLException("refused by the test"))));
    return Futures.successful(CollectionConverters.asScala(refused).toList());
  }

  /** Akka's word for all of them. */
  private static Future<Seq<Try<BoxedUnit>>> written() {
    return Futures.successful(CollectionConverters.asScala(List.<Try<BoxedUnit>>of()).toList());
  }

  private static List<PersistentRepr> rows(Seq<AtomicWrite> writes) {
    return CollectionConverters.asJava(writes).stream()
        .flatMap(write -> CollectionConverters.asJava(write.payload()).stream())
        .toList();
  }
}
