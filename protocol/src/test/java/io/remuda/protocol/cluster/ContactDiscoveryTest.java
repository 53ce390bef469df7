package io.remuda.protocol.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import akka.discovery.Lookup;
import akka.discovery.ServiceDiscovery;
import io.remuda.protocol.config.HostPort;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

class ContactDiscoveryTest {

  private static final HostPort LISTED = new HostPort("127.0.0.1", 7901);
  private static final HostPort NAME = new HostPort("registries.test", 7902);

  private final ExecutorService threads = Executors.newCachedThreadPool();

  @AfterEach
  void end() {
    threads.shutdownNow();
  }

  @Test
  void theListAndAllAddressesOfTheNameAreContacts() throws Exception {
    AtomicBoolean known = new AtomicBoolean();
    ContactDiscovery discovery =
        discovery(
            host -> {
              if (!known.get()) {
                throw new UnknownHostException(host);
              }
              return new InetAddress[] {
                InetAddress.getByName("127.0.0.2"), InetAddress.getByName("127.0.0.3")
              };
            });

    assertThat(contacts(discovery, 20_000)).as("unknown").containsExactly("127.0.0.1:7901");
    known.set(true);
    assertThat(contacts(discovery, 20_000))
        .containsExactly("127.0.0.1:7901", "127.0.0.2:7902", "127.0.0.3:7902");
  }

  @Test
  void aNameServerThatDoesNotAnswerKeepsNoListedContactBack() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    ContactDiscovery discovery =
        discovery(
            host -> {
              try {
                never.await();
              } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
              }
              throw new UnknownHostException(host);
            });

    assertThat(contacts(discovery, 50)).containsExactly("127.0.0.1:7901");
  }

  private ContactDiscovery discovery(ContactDiscovery.NameServer names) {
    return new ContactDiscovery(List.of(LISTED), Optional.of(NAME), threads, names);
  }

  private static List<String> contacts(ContactDiscovery discovery, long limitMillis)
      throws Exception {
    ServiceDiscovery.Resolved found =
        FutureConverters.asJava(
                discovery.lookup(
                    Lookup.create("registries"),
                    FiniteDuration.create(limitMillis, TimeUnit.MILLISECONDS)))
            .toCompletableFuture()
            .get(30, TimeUnit.SECONDS);
    return CollectionConverters.asJava(found.addresses()).stream()
        .map(target -> target.host() + ":" + target.port().get())
        .toList();
  }
}
