package io.remuda.node.agent;

import akka.Done;
import akka.actor.typed.javadsl.ActorContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Holds an answer back until what it says is on the disk: it would still be so if the machine lost
 * its power now.
 */
final class Saving {
  private final ActorContext<NodeAgent.Command> context;
  private final AgentMemory memory;
  private final Executor blocking;
  private long order;

  Saving(ActorContext<NodeAgent.Command> context, AgentMemory memory, Executor blocking) {
    this.context = context;
    this.memory = memory;
    this.blocking = blocking;
  }

  /** Has the agent run {@code tell} when {@code state} is kept, or cannot be. */
  void afterSaving(AgentState state, Runnable tell) {
    long now = ++order;
    CompletableFuture<Done> saved = new CompletableFuture<>();
    blocking.execute(
        () -> {
          try {
            memory.save(now, state);
            saved.complete(Done.getInstance());
          } catch (IOException | UncheckedIOException e) {
            saved.completeExceptionally(e);
          }
        });
    context.pipeToSelf(
        saved,
        (done, why) -> {
          if (why != null) {
            // The command was obeyed all the same; an answer that never comes would repeat it.
            context.getLog().error("agent.json was not written; is there room on the disk?", why);
          }
          return new NodeAgent.Answer(tell);
        });
  }
}
