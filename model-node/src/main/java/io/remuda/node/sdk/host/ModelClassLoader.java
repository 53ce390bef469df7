package io.remuda.node.sdk.host;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The class path of a model's jar. Of ours it sees the SDK and protobuf's runtime, which both sides
 * have to share; all else comes from the jar or the JDK, so that no version of a library that the
 * jar brings can meet one of ours.
 */
final class ModelClassLoader extends URLClassLoader {

  /** Not {@code com.google.protobuf.util}: that is another library, which the jar may bring. */
  private static final Pattern SHARED =
      Pattern.compile("(io\\.remuda\\.node\\.sdk|com\\.google\\.protobuf)\\.[^.]+");

  private ModelClassLoader(URL jar, ClassLoader shared) {
    super("model", new URL[] {jar}, shared);
  }

  static ModelClassLoader of(Path jar) throws IOException {
    return new ModelClassLoader(
        jar.toUri().toURL(), new Shared(ModelClassLoader.class.getClassLoader()));
  }

  /** The JDK, and of {@code ours} what is shared. */
  private static final class Shared extends ClassLoader {
    private final ClassLoader ours;

    Shared(ClassLoader ours) {
      super("shared", ClassLoader.getPlatformClassLoader());
      this.ours = ours;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (SHARED.matcher(name).matches()) {
        return ours.loadClass(name);
      }
      throw new ClassNotFoundException(name);
    }

    @Override
    protected @Nullable URL findResource(String name) {
      return null;
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
      return java.util.Collections.emptyEnumeration();
    }
  }
}
