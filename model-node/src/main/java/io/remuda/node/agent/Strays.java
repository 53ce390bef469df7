package io.remuda.node.agent;

import io.remuda.node.engine.Adoption;
import io.remuda.node.engine.EngineProcess;
import io.remuda.node.engine.EngineStarter;
import io.remuda.node.instance.InstanceFolder;
import io.remuda.node.instance.InstanceFolder.Stray;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deals with the folders from which no instance can be taken up, because their assignment is
 * damaged or missing: says so, ends the engine that still runs there, which nobody would stop any
 * more, and puts a damaged file aside. The registry misses the instance and assigns another.
 *
 * @param grace from asking such an engine to end to killing it
 */
public record Strays(InstanceFolder folders, EngineStarter starter, Duration grace) {

  private static final Logger log = LoggerFactory.getLogger(Strays.class);

  /** Before anything is started on this machine. Blocks until they are gone, within limits. */
  public void end() throws IOException {
    for (Stray stray : folders.strays()) {
      if (stray.damage().isPresent()) {
        Path aside = folders.setAside(stray);
        log.error(
            "assignment cannot be read, the instance is given up; instance={} aside={} reason={}",
            stray.folder().getFileName(),
            aside,
            stray.damage().get());
      }
      if (starter.adopt(stray.folder()) instanceof Adoption.Adopted adopted) {
        end(stray, adopted.process());
      }
    }
  }

  private void end(Stray stray, EngineProcess engine) {
    log.warn(
        "ending an engine without an assignment instance={} pid={}",
        stray.folder().getFileName(),
        engine.record().pid());
    try {
      engine.stop(grace).toCompletableFuture().join();
    } catch (CompletionException e) {
      log.error(
          "an engine without an assignment did not end; kill it or restart the machine;"
              + " instance={} pid={}",
          stray.folder().getFileName(),
          engine.record().pid(),
          e.getCause());
    }
  }
}
