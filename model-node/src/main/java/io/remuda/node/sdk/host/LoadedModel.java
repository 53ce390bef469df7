package io.remuda.node.sdk.host;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.Message;
import io.remuda.node.gguf.BadModelFile;
import io.remuda.node.onnx.OnnxFile;
import io.remuda.node.onnx.OnnxModel;
import io.remuda.node.sdk.BatchModel;
import io.remuda.node.sdk.Model;
import io.remuda.node.sdk.ModelCard;
import io.remuda.node.sdk.Servable;
import io.remuda.node.sdk.StreamingModel;
import io.remuda.protocol.model.Schema;
import io.remuda.protocol.model.SchemaCodec;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.ServiceLoader.Provider;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one model of a file, found and described, not yet constructed: what a jar's takes and gives
 * is told by its types, so that it can be described without running what its author does at the
 * start.
 */
final class LoadedModel {

  /** The three forms of a model. */
  enum Kind {
    UNARY,
    STREAMING,
    BATCH
  }

  private final ClassLoader loader;
  private final Class<? extends Servable> form;
  private final Supplier<? extends Servable> maker;
  private final Kind kind;
  private final Message input;
  private final Descriptor output;

  private LoadedModel(
      ClassLoader loader,
      Class<? extends Servable> form,
      Supplier<? extends Servable> maker,
      Kind kind,
      Message input,
      Descriptor output) {
    this.loader = loader;
    this.form = form;
    this.maker = maker;
    this.kind = kind;
    this.input = input;
    this.output = output;
  }

  /** The model in the file that was asked for, or why there is none that can be served. */
  static LoadedModel of(HostOptions options) throws Unusable {
    return options.isOnnx() ? onnx(options.file()) : in(options.file());
  }

  private static LoadedModel onnx(Path file) throws Unusable {
    try {
      OnnxFile opened = OnnxFile.open(file);
      return new LoadedModel(
          LoadedModel.class.getClassLoader(),
          OnnxModel.class,
          opened::model,
          Kind.UNARY,
          DynamicMessage.getDefaultInstance(opened.inputType()),
          opened.outputType());
    } catch (BadModelFile e) {
      throw new Unusable(e.sentence());
    } catch (LinkageError e) {
      throw new Unusable(
          "the ONNX runtime cannot be loaded on this machine ("
              + reason(e)
              + "); './remuda engine install onnx' gets one that fits");
    }
  }

  /** The model in {@code jar}. */
  static LoadedModel in(Path jar) throws Unusable {
    if (!Files.isReadable(jar)) {
      throw new Unusable("the jar " + jar.getFileName() + " cannot be read");
    }
    try (java.util.zip.ZipFile whole = new java.util.zip.ZipFile(jar.toFile())) {
      if (whole.size() == 0) {
        throw new Unusable("the jar " + jar.getFileName() + " is empty");
      }
    } catch (IOException e) {
      throw new Unusable(
          "the file " + jar.getFileName() + " is no jar, or only a part of one: " + e.getMessage());
    }
    try {
      return in(ModelClassLoader.of(jar));
    } catch (IOException e) {
      throw new Unusable("the jar " + jar.getFileName() + " cannot be opened: " + e.getMessage());
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new Unusable("the model's class cannot be loaded: " + reason(e));
    }
  }

  private static LoadedModel in(ClassLoader loader) throws Unusable {
    Provider<Servable> provider = only(loader);
    Class<? extends Servable> type = provider.type();
    Kind kind =
        Model.class.isAssignableFrom(type)
            ? Kind.UNARY
            : StreamingModel.class.isAssignableFrom(type) ? Kind.STREAMING : Kind.BATCH;
    Class<?> form =
        switch (kind) {
          case UNARY -> Model.class;
          case STREAMING -> StreamingModel.class;
          case BATCH -> BatchModel.class;
        };
    List<Class<?>> messages =
        TypeArguments.of(type, form)
            .orElseThrow(
                () ->
                    new Unusable(
                        type.getName()
                            + " does not say which messages it takes and gives; declare it as "
                            + form.getSimpleName()
                            + "<YourRequest, YourReply> with classes that protoc generated"));
    return new LoadedModel(
        loader,
        type,
        provider,
        kind,
        prototype(messages.get(0)),
        prototype(messages.get(1)).getDescriptorForType());
  }

  private static Provider<Servable> only(ClassLoader loader) throws Unusable {
    List<Provider<Servable>> found = new ArrayList<>();
    Iterator<Provider<Servable>> providers =
        ServiceLoader.load(Servable.class, loader).stream().iterator();
    while (providers.hasNext()) {
      found.add(providers.next());
    }
    if (found.isEmpty()) {
      throw new Unusable(
          "the jar names no model; put the name of your class into META-INF/services/"
              + Servable.class.getName());
    }
    if (found.size() > 1) {
      throw new Unusable(
          "the jar names "
              + found.size()
              + " models ("
              + String.join(", ", found.stream().map(each -> each.type().getName()).toList())
              + "); a jar holds one");
    }
    return found.get(0);
  }

  /** An empty message of a class that protoc generated. */
  private static Message prototype(Class<?> type) throws Unusable {
    try {
      if (Message.class.isAssignableFrom(type) && !Modifier.isAbstract(type.getModifiers())) {
        return (Message) type.getMethod("getDefaultInstance").invoke(null);
      }
    } catch (InvocationTargetException | ExceptionInInitializerError e) {
      throw new Unusable("the message " + type.getName() + " cannot be used: " + reason(e));
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new Unusable(
          "the message "
              + type.getName()
              + " cannot be used: "
              + reason(e)
              + "; generate it with the protoc that belongs to Remuda's protobuf, or an older one");
    }
    throw new Unusable(type.getName() + " is no message class that protoc generated");
  }

  private static String reason(Throwable thrown) {
    @Nullable Throwable cause = thrown;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.toString().lines().findFirst().orElse("");
  }

  Kind kind() {
    return kind;
  }

  String className() {
    return form.getName();
  }

  /** What the author wrote; the defaults where nothing was written. */
  ModelCard card() {
    ModelCard written = form.getAnnotation(ModelCard.class);
    return written == null ? Plain.class.getAnnotation(ModelCard.class) : written;
  }

  Message input() {
    return input;
  }

  Descriptor output() {
    return output;
  }

  Schema schema() {
    return SchemaCodec.of(input.getDescriptorForType(), output);
  }

  ClassLoader loader() {
    return loader;
  }

  /** Constructs the model: whatever its author does at the start happens here. */
  Servable construct() throws Unusable {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return maker.get();
    } catch (ServiceConfigurationError | LinkageError e) {
      e.printStackTrace();
      throw new Unusable("the model " + className() + " failed at its start: " + reason(e));
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  /** Carries the defaults. */
  @ModelCard
  private static final class Plain {}
}
