package io.remuda.deploy.cli;

import io.remuda.protocol.config.ClusterKey;
import io.remuda.protocol.config.GivenToken;
import io.remuda.protocol.config.StartRefused;
import io.remuda.protocol.tls.CertificateAuthority;
import io.remuda.protocol.tls.NodeCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The fleet's certificate authority. */
@Command(
    name = "ca",
    mixinStandardHelpOptions = true,
    description = "Make the fleet's certificate authority; renew a node's certificate.",
    subcommands = {CaVerb.Init.class, CaVerb.Renew.class},
    footer = {"", "Example: ./remuda ca init"})
final class CaVerb {

  private CaVerb() {}

  /** Where the authority lies unless a flag says otherwise. */
  static Path folder(@Nullable Path given) {
    return given == null ? Installation.defaultData("ca") : given;
  }

  /** Makes the authority. */
  @Command(
      name = "init",
      mixinStandardHelpOptions = true,
      description =
          "Make the authority that signs the certificates of all nodes; once for a fleet.",
      footer = {"", "Example: ./remuda ca init --dir ca"})
  static final class Init implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--dir",
        paramLabel = "DIR",
        description = "Where it is kept, for you alone. Default: .remuda/ca beside the launcher.")
    private @Nullable Path dir;

    @Option(
        names = "--cluster",
        paramLabel = "NAME",
        defaultValue = "remuda",
        description = "The fleet's name, remuda.cluster.name of its nodes. Default: remuda.")
    private String cluster;

    @Option(
        names = "--cluster-key",
        paramLabel = "FILE",
        description =
            "cluster.key of a node of the fleet, whose API keys stay good. Default: a new key.")
    private @Nullable Path clusterKey;

    @Override
    public Integer call() {
      Path where = folder(dir);
      try {
        String shared = clusterKey == null ? ClusterKey.make() : ClusterKey.read(clusterKey);
        CertificateAuthority made =
            CertificateAuthority.create(where, cluster, shared, Instant.now());
        Main.of(spec)
            .world()
            .err()
            .println(
                "made the authority of cluster '"
                    + cluster
                    + "' in "
                    + where
                    + ", valid until "
                    + made.certificate().getNotAfter().toInstant()
                    + "; keep ca.key secret, and make a token for each node: remuda join-token NAME");
      } catch (StartRefused refused) {
        throw NodeOptions.failure(refused);
      }
      return Exit.OK.code();
    }
  }

  /** Gives a node that runs another certificate. */
  @Command(
      name = "renew",
      mixinStandardHelpOptions = true,
      description = "Give a node a new certificate; one that runs uses it for new connections.",
      footer = {"", "Example: ./remuda ca renew --data .remuda/model --join-token model-1.token"})
  static final class Renew implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--data",
        paramLabel = "DIR",
        required = true,
        description = "The node's data directory.")
    private Path data;

    @Option(
        names = "--join-token",
        paramLabel = "FILE",
        required = true,
        description = "File with the line that 'remuda join-token' printed; - for stdin.")
    private String token;

    @Override
    public Integer call() {
      if (!Files.exists(data.resolve("node.json"))) {
        throw new CliFailure(
            Exit.NOT_FOUND, data + " is no node's data directory; name one with --data DIR");
      }
      try {
        boolean used =
            NodeCertificate.renew(data.toAbsolutePath(), GivenToken.read(token), Instant.now());
        Main.of(spec)
            .world()
            .err()
            .println(used ? "renewed" : "nothing to do: the node's own certificate is newer");
      } catch (StartRefused refused) {
        throw NodeOptions.failure(refused);
      }
      return Exit.OK.code();
    }
  }
}
