package io.remuda.node.agent;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import io.remuda.node.front.Front;
import io.remuda.node.front.FrontMetrics;
import io.remuda.node.front.FrontServer;
import io.remuda.node.front.FrontSettings;
import io.remuda.protocol.Keys;
import io.remuda.protocol.NodeProtocol;
import io.remuda.protocol.Refused;
import io.remuda.protocol.id.InstanceId;
import io.remuda.protocol.id.LeaseId;
import io.remuda.protocol.model.LeaseToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An agent with the machine's door over HTTP, to which the test is registry and gateway. */
abstract class LeasedMachine extends AgentFixture {

  private static final String KEY = "cluster-key";

  private final Front front =
      new Front(hosted, FrontSettings.from(ConfigFactory.load()), FrontMetrics.NONE);
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private int door;

  @BeforeEach
  void openDoor() {
    door =
        FrontServer.start(front, new NoPages(), KEY, "127.0.0.1", 0)
            .toCompletableFuture()
            .join()
            .port();
  }

  @AfterEach
  void closeDoor() {
    front.close().toCompletableFuture().join();
  }

  static LeaseToken token(String lease, long number) {
    return new LeaseToken(new LeaseId(lease), number);
  }

  Optional<Refused> hold(ActorRef<NodeAgent.Command> agent, LeaseToken grant, Duration ttl) {
    TestProbe<NodeProtocol.HoldReply> reply = kit.createTestProbe();
    tellHold(agent, grant, ttl, reply);
    return reply.receiveMessage(LIMIT).refused();
  }

  Optional<Refused> share(ActorRef<NodeAgent.Command> agent, LeaseToken grant, int slots) {
    TestProbe<NodeProtocol.HoldReply> reply = kit.createTestProbe();
    agent.tell(
        new NodeAgent.Obey(
            new NodeProtocol.HoldInstance(
                A, JOURNAL, grant, Duration.ofHours(1), reply.getRef(), slots)));
    return reply.receiveMessage(LIMIT).refused();
  }

  void tellHold(
      ActorRef<NodeAgent.Command> agent,
      LeaseToken grant,
      Duration ttl,
      TestProbe<NodeProtocol.HoldReply> reply) {
    agent.tell(
        new NodeAgent.Obey(new NodeProtocol.HoldInstance(A, JOURNAL, grant, ttl, reply.getRef())));
  }

  Optional<Refused> release(ActorRef<NodeAgent.Command> agent, InstanceId id, LeaseToken grant) {
    TestProbe<NodeProtocol.HoldReply> reply = kit.createTestProbe();
    agent.tell(
        new NodeAgent.Obey(new NodeProtocol.ReleaseInstance(id, JOURNAL, grant, reply.getRef())));
    return reply.receiveMessage(LIMIT).refused();
  }

  /** The answer to a call of instance a-1: its status and code. */
  String call(Optional<LeaseToken> token) {
    try {
      return answered(token);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private String answered(Optional<LeaseToken> token) throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + door + "/i/a-1/v1/completions"))
            .header(Keys.CLUSTER_KEY_HEADER, KEY)
            .timeout(LIMIT)
            .POST(HttpRequest.BodyPublishers.ofString("{}"));
    token.ifPresent(shown -> request.header(Keys.LEASE_HEADER, shown.toString()));
    HttpResponse<String> answer =
        client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return answer.statusCode()
        + answer.headers().firstValue("x-remuda-refused").map(code -> " " + code).orElse("")
        + answer.headers().firstValue("x-remuda-retry").map(again -> " retry=" + again).orElse("");
  }

  private static final class NoPages implements FrontServer.Pages {
    @Override
    public String routes() {
      return "";
    }

    @Override
    public Optional<List<String>> logs(InstanceId instance, int lines) {
      return Optional.empty();
    }

    @Override
    public String metrics() {
      return "";
    }
  }
}
