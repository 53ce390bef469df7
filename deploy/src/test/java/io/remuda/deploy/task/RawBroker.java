package io.remuda.deploy.task;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.remuda.protocol.task.TaskNames;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One connection to the broker, without anything of ours. */
final class RawBroker implements AutoCloseable {
  private static final String QUEUE = "raw";
  private final Connection connection;
  private final Channel channel;

  RawBroker(String url) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(url);
    connection = factory.newConnection();
    channel = connection.createChannel();
    channel.queueDeclare(QUEUE, true, false, false, TaskNames.queueArguments());
  }

  double publish(int messages) throws Exception {
    Semaphore outstanding = new Semaphore(TasksBenchmark.CLIENTS);
    channel.confirmSelect();
    ConcurrentSkipListSet<Long> open = new ConcurrentSkipListSet<>();
    channel.clearConfirmListeners();
    channel.addConfirmListener(
        (tag, many) -> {
          if (many) {
            int count = open.headSet(tag, true).size();
            open.headSet(tag, true).clear();
            outstanding.release(count);
          } else if (open.remove(tag)) {
            outstanding.release();
          }
        },
        (tag, many) -> TasksBenchmark.fail("the broker refused a message"));
    byte[] body = new byte[300];
    long began = System.nanoTime();
    for (int i = 0; i < messages; i++) {
      outstanding.acquire();
      open.add(channel.getNextPublishSeqNo());
      channel.basicPublish("", QUEUE, true, MessageProperties.PERSISTENT_BASIC, body);
    }
    outstanding.acquire(TasksBenchmark.CLIENTS);
    return messages / TasksBenchmark.seconds(began);
  }

  double consume(int messages) throws Exception {
    AtomicInteger left = new AtomicInteger(messages);
    CompletableFuture<Void> all = new CompletableFuture<>();
    channel.basicQos(128);
    long began = System.nanoTime();
    String tag =
        channel.basicConsume(
            QUEUE,
            false,
            (consumer, message) -> {
              channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
              if (left.decrementAndGet() == 0) {
                all.complete(null);
              }
            },
            consumer -> {});
    all.get(5, TimeUnit.MINUTES);
    double rate = messages / TasksBenchmark.seconds(began);
    channel.basicCancel(tag);
    return rate;
  }

  /**
   * From publish to the message's arrival at a consumer, at a steady pace: what the broker itself
   * adds to a task's way under that load.
   */
  void atPace(double perSecond, int messages, TasksBenchmark.Times times) throws Exception {
    CountDownLatch all = new CountDownLatch(messages);
    channel.basicQos(128);
    String tag =
        channel.basicConsume(
            QUEUE,
            false,
            (consumer, message) -> {
              channel.basicAck(message.getEnvelope().getDeliveryTag(), false);
              times.add(ByteBuffer.wrap(message.getBody()).getLong());
              all.countDown();
            },
            consumer -> {});
    Pace pace = new Pace(perSecond);
    for (int i = 0; i < messages; i++) {
      byte[] body = ByteBuffer.allocate(300).putLong(pace.awaitNext()).array();
      channel.basicPublish("", QUEUE, true, MessageProperties.PERSISTENT_BASIC, body);
    }
    if (!all.await(5, TimeUnit.MINUTES)) {
      TasksBenchmark.fail(all.getCount() + " messages did not come back within 5 minutes");
    }
    channel.basicCancel(tag);
  }

  @Override
  public void close() throws Exception {
    connection.close();
  }
}
