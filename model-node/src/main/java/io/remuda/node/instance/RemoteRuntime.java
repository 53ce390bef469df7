package io.remuda.node.instance;

import io.remuda.node.engine.EngineProfile;
import io.remuda.node.engine.EngineRefusal;
import io.remuda.node.engine.EngineSpec;
import io.remuda.node.engine.EngineTarget;
import io.remuda.node.instance.RestartPolicy.End;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A server elsewhere, from the machine's own list: nothing is started and nothing is ended. While
 * it is away the instance says so and asks again, for as long as it is deployed.
 */
public final class RemoteRuntime implements EngineRuntime {

  private final EngineTools tools;
  private final EngineProfile profile;
  private final Assignment assignment;
  private final EngineSpec spec;

  public RemoteRuntime(EngineTools tools, EngineProfile profile, Assignment assignment)
      throws EngineRefusal {
    this.tools = tools;
    this.profile = profile;
    this.assignment = assignment;
    this.spec = EngineSpec.from(assignment.id(), assignment.spec(), profile, Optional.empty());
  }

  @Override
  public Serving serving() {
    return Serving.of(profile, spec, assignment);
  }

  @Override
  public Start start() {
    try {
      EngineTarget target = tools.finder().remotes().resolve(spec.model());
      Proof proof = new Probed(tools, profile, spec.serves(), target, Optional.empty());
      return new Start.Up(
          new UnkeptEngine(
              Upstream.Http.of(target),
              new Soon(proof, tools.answerLimit()),
              new Ending(
                  "the server at "
                      + target.base()
                      + " is not used until it answers; see that it runs and can be reached from"
                      + " this machine",
                  End.AWAY)));
    } catch (EngineRefusal e) {
      return new Start.Not(e.refused(), true);
    }
  }

  /** Nothing is loaded here that could take minutes: what is missing is said soon. */
  private record Soon(Proof proof, Duration most) implements Proof {
    @Override
    public CompletionStage<Optional<String>> prove(Duration limit) {
      return proof.prove(limit.compareTo(most) < 0 ? limit : most);
    }

    @Override
    public CompletionStage<Boolean> answers(boolean idle) {
      return proof.answers(idle);
    }
  }
}
