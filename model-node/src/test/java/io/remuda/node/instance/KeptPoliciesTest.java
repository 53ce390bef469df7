package io.remuda.node.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.JournalId;
import io.remuda.protocol.id.MachineId;
import io.remuda.protocol.model.InstanceReport.Origin;
import io.remuda.protocol.model.ModelSpec;
import io.remuda.protocol.model.Policies;
import io.remuda.protocol.model.Resources;
import io.remuda.protocol.model.RolloutWish;
import io.remuda.protocol.model.Scaling;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An instance of a deployment that says how it moves is kept with all of it. */
class KeptPoliciesTest {

  @TempDir private Path data;

  @Test
  void anAssignmentWithPoliciesIsReadBackAsItWas() throws Exception {
    InstanceId id = InstanceId.of("chat-7");
    Policies policies =
        new Policies(
            Optional.of(
                new Scaling(
                    0,
                    4,
                    Optional.of(Duration.ofMinutes(5)),
                    2,
                    Optional.of(Duration.ofMillis(800)))),
            new RolloutWish(RolloutWish.Strategy.SURGE, 2, Optional.of(Duration.ofMinutes(3))));
    InstanceFolder.Kept kept =
        new InstanceFolder.Kept(
            new Assignment(
                id,
                7,
                new JournalId("journal"),
                Origin.ASSIGNED,
                ModelSpec.of(id.model(), "jvm", Optional.empty()).withPolicies(policies),
                Resources.NONE,
                Map.of(),
                0,
                9),
            0);
    InstanceFolder folder = new InstanceFolder(data);

    folder.write(kept);

    assertThat(folder.read()).containsExactly(kept);
    Serving serving = Serving.nothing(kept.assignment());
    assertThat(
            InstanceState.first(folder.read().get(0), 1, serving)
                .route(new MachineId("m1"), "127.0.0.1:1", 4)
                .revision())
        .as("gateways weigh by it, after a restart too")
        .isEqualTo(9);
  }
}
