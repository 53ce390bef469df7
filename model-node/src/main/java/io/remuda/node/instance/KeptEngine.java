package io.remuda.node.instance;

import io.remuda.node.engine.EngineExit;
import io.remuda.node.engine.EngineProcess;
import io.remuda.node.engine.FilesRead;
import io.remuda.node.engine.LogFormat;
import io.remuda.node.engine.LogNews;
import io.remuda.node.instance.EngineRuntime.Ending;
import io.remuda.node.instance.EngineRuntime.Proof;
import io.remuda.node.instance.RestartPolicy.End;
import io.remuda.protocol.model.LastWords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * An engine that is a process of this machine, under its keeper.
 *
 * @param model the file or the folder that it loads, where it is one of this machine
 * @param log how its output says that something is wrong
 */
record KeptEngine(
    EngineProcess process, Upstream upstream, Proof proof, Optional<Path> model, LogFormat log)
    implements EngineRuntime.Running {

  @Override
  public OptionalLong pid() {
    return OptionalLong.of(process.record().pid());
  }

  @Override
  public OptionalInt port() {
    return OptionalInt.of(process.record().port());
  }

  @Override
  public Optional<FilesRead> read() {
    return model.flatMap(process::read);
  }

  @Override
  public LogNews wrongSince(long from) {
    return process.wrongSince(from, log);
  }

  @Override
  public CompletionStage<Ending> ending() {
    return process.exit().thenApply(KeptEngine::ending);
  }

  @Override
  public CompletionStage<Optional<String>> prove(Duration limit) {
    return proof.prove(limit);
  }

  @Override
  public CompletionStage<Boolean> answers(boolean idle) {
    return proof.answers(idle);
  }

  @Override
  public CompletionStage<?> end(Duration grace) {
    return grace.isZero() ? process.kill() : process.stop(grace);
  }

  static Ending ending(EngineExit exit) {
    List<String> lines = exit.lastLines();
    String words =
        lines.size() > 1 ? exit.sentence() + "\n" + String.join("\n", lines) : exit.sentence();
    return new Ending(
        LastWords.within(words, LastWords.LINES, LastWords.REPORTED_BYTES),
        exit.outOfMemory() ? End.OUT_OF_MEMORY : End.EXITED);
  }
}
