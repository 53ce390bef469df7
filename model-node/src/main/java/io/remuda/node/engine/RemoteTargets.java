package io.remuda.node.engine;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigUtil;
import io.remuda.protocol.ErrorCode;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The servers that this machine's admin lets {@code remote} models be: a deployment names one of
 * them and the model's name there, as {@code <remote>/<model>}, and can never name an address.
 */
public final class RemoteTargets {

  private record Remote(URI base, Map<String, String> headers) {}

  private final Map<String, Remote> byName;

  private RemoteTargets(Map<String, Remote> byName) {
    this.byName = Map.copyOf(byName);
  }

  /** From {@code remuda.node.engine.remotes}; keys come from the environment and stay in memory. */
  public static RemoteTargets from(Config config, Map<String, String> environment) {
    Config own = config.getConfig("remuda.node.engine.remotes");
    Map<String, Remote> found = new TreeMap<>();
    for (String name : own.root().keySet()) {
      Config each = own.getConfig(ConfigUtil.joinPath(name));
      String url = each.getString("url").replaceFirst("/+$", "").replaceFirst("/v1$", "");
      URI base = URI.create(url);
      if (base.getHost() == null || !Set.of("http", "https").contains(base.getScheme())) {
        throw new IllegalArgumentException(
            each.getValue("url").origin().description()
                + ": url has to begin with http:// or https:// and name a host");
      }
      Map<String, String> headers = new TreeMap<>();
      if (each.hasPath("key-variable")) {
        String key = environment.get(each.getString("key-variable"));
        if (key != null && !key.isBlank()) {
          headers.put("authorization", "Bearer " + key);
        }
      }
      found.put(name, new Remote(base, headers));
    }
    return new RemoteTargets(found);
  }

  public boolean isEmpty() {
    return byName.isEmpty();
  }

  /** What {@code model} of a deployment with engine {@code remote} means. */
  public EngineTarget resolve(String model) throws EngineRefusal {
    int slash = model.indexOf('/');
    Remote remote = byName.get(slash < 0 ? model : model.substring(0, slash));
    if (remote == null || slash < 0 || slash == model.length() - 1) {
      throw new EngineRefusal(
          ErrorCode.NOT_ALLOWED,
          "model has to be <remote>/<model there>, with a remote that this machine allows"
              + " (remuda.node.engine.remotes): "
              + byName.keySet());
    }
    return new EngineTarget(remote.base(), model.substring(slash + 1), remote.headers());
  }
}
