package io.remuda.protocol.cluster;

import akka.actor.setup.Setup;
import io.remuda.protocol.config.HostPort;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * The turn that a registry node takes before it forms a cluster. Where two nodes each reach a
 * majority of the contacts but not one another, both may form one; something that both of them
 * reach, their journal's database, gives the turn to one at a time.
 */
public final class FormingTurn extends Setup {

  /** For nodes that share nothing: each has its turn whenever it wants it. */
  public static final FormingTurn FREE =
      new FormingTurn(contact -> CompletableFuture.completedFuture(true));

  private final Function<HostPort, CompletionStage<Boolean>> giver;

  /**
   * @param giver tells whether the node with this contact address has the turn now; it must answer
   *     within bounds
   */
  public FormingTurn(Function<HostPort, CompletionStage<Boolean>> giver) {
    this.giver = giver;
  }

  public CompletionStage<Boolean> take(HostPort contact) {
    return giver.apply(contact);
  }
}
