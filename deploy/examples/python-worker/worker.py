#!/usr/bin/env python3
"""A worker of a typed model for Remuda: it joins, answers calls, takes durable tasks, and leaves.

docs/wire.md says what it keeps to. Replace `schema` and `predict` by a model of your own.
"""

import argparse
import base64
import collections
import concurrent.futures
import json
import logging
import os
import signal
import threading
import time
import urllib.error
import urllib.request
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pika
import redis
from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

log = logging.getLogger("worker")
PROTOBUF = "application/x-protobuf"


# ---- the model: two messages and one function ----------------------------------------------------


def schema():
    """The messages. With protoc: --include_imports --descriptor_set_out=shout.bin shout.proto."""
    file = descriptor_pb2.FileDescriptorProto(name="shout.proto", package="demo", syntax="proto3")
    for name in ("ShoutRequest", "ShoutReply"):
        file.message_type.add(name=name).field.add(
            name="text", number=1, type="TYPE_STRING", label="LABEL_OPTIONAL"
        )
    return descriptor_pb2.FileDescriptorSet(file=[file])


class BadInput(Exception):
    """The client's fault; trying again changes nothing."""


def predict(request, reply, progress):
    """`progress` takes a percentage, now and then; it ends a task that nobody waits for any more."""
    if not request.text:
        raise BadInput("text is empty; say what is to be shouted")
    progress(50)
    reply.text = request.text.upper() + "!"


# ---- what is the same for every model ------------------------------------------------------------


def types(files):
    """Message classes of a FileDescriptorSet, by full name."""
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return lambda name: message_factory.GetMessageClass(pool.FindMessageTypeByName(name))


SCHEMA = schema()
MESSAGE = types(SCHEMA)
INPUT, OUTPUT = "demo.ShoutRequest", "demo.ShoutReply"


def answer(payload, progress=lambda percent: None):
    """The output message's bytes for the input message's bytes."""
    try:
        request = MESSAGE(INPUT).FromString(payload)
    except message.DecodeError as broken:
        raise BadInput(f"the input is no {INPUT}: {broken}") from broken
    reply = MESSAGE(OUTPUT)()
    predict(request, reply, progress)
    return reply.SerializeToString()


class Calls(BaseHTTPRequestHandler):
    """Synchronous calls: POST /predict. GET /health says that we are well."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.reply(200 if self.path == "/health" else 404, "text/plain", b"ok\n")

    def do_POST(self):
        payload = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path != "/predict":
            return self.reply(404, "text/plain", b"there is nothing at this address\n")
        try:
            return self.reply(200, PROTOBUF, answer(payload))
        except BadInput as refused:
            return self.reply(400, "text/plain", str(refused).encode())
        except Exception as failure:
            log.exception("the model failed")
            return self.reply(500, "text/plain", f"the model failed: {failure}".encode())

    def reply(self, status, kind, body):
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *line):
        log.debug(*line)


class Overtaken(Exception):
    """The task was cancelled, has expired, or belongs to another claim."""


class Tasks(threading.Thread):
    """Takes tasks from their queues: claims, computes, stores, and acknowledges last of all."""

    def __init__(self, contract, queue_url, results_url):
        super().__init__(name="tasks", daemon=True)
        self.contract, self.queue_url = contract, queue_url
        self.store = redis.Redis.from_url(results_url, socket_timeout=10)
        self.claim = self.store.register_script(contract["scripts"]["claim"])
        self.finish = self.store.register_script(contract["scripts"]["finish"])
        self.progress = self.store.register_script(contract["scripts"]["progress"])
        envelope = descriptor_pb2.FileDescriptorSet.FromString(
            base64.b64decode(contract["envelope"])
        )
        self.envelope = types(envelope)("remuda.task.v1.TaskEnvelope")
        self.models = concurrent.futures.ThreadPoolExecutor(1)
        self.over = threading.Event()
        # For which lease we are to take nothing, and for which we take nothing; 0: for none.
        self.pause, self.paused = contract.get("pause", 0), 0
        self.trouble = "the queue has not been reached yet"

    def run(self):
        while not self.over.is_set():
            try:
                self.rest()
                self.consume()
            except Exception as away:
                # What was not acknowledged goes back to the queue with the connection.
                self.trouble = f"{type(away).__name__}: {away}"
                log.warning("no tasks for now: %s", self.trouble)
                self.over.wait(1)

    def rest(self):
        """Takes nothing while the instance is leased. Nothing is under way here by now."""
        while self.pause and not self.over.is_set():
            self.paused = self.pause
            self.over.wait(0.1)
        self.paused = 0

    def standing(self):
        """Why no tasks are taken now, for people; empty when they are."""
        return self.trouble if self.is_alive() else "its thread of tasks has ended; see its log"

    def consume(self):
        connection = pika.BlockingConnection(pika.URLParameters(self.queue_url))
        try:
            channel = connection.channel()
            exchange = self.contract["exchange"]
            channel.exchange_declare(exchange, "direct", durable=True)
            # Where its schema took another one's place, tasks of that one may wait as well.
            queues = [self.contract["queue"], *self.contract["earlierQueues"]]
            taken, ended = collections.deque(), []
            channel.add_on_cancel_callback(lambda end: ended.append(end.method.consumer_tag))
            for queue in queues:
                # The arguments have to be the gateway's: whoever comes first makes the queue.
                arguments = self.contract["queueArguments"]
                channel.queue_declare(queue, durable=True, arguments=arguments)
                channel.basic_qos(prefetch_count=max(1, 16 // len(queues)))
                channel.basic_consume(queue, lambda _, how, about, body: taken.append((how, body)))
            # A queue that was made just now must not take tasks before the broker has written it down.
            bind_at = time.monotonic() + self.contract["queueSettleSeconds"]
            self.store.ping()
            self.trouble = ""
            while not self.over.is_set() and not self.pause:
                connection.process_data_events(time_limit=0 if taken else 0.5)
                if ended:
                    raise RuntimeError("the broker ended a consumer: its queue is gone, or has moved")
                if bind_at is not None and time.monotonic() >= bind_at:
                    for queue in queues:
                        channel.queue_bind(queue, exchange, queue)
                    bind_at = None
                if taken:
                    self.take(channel, *taken.popleft())
        finally:
            if connection.is_open:
                connection.close()

    def take(self, channel, method, body):
        try:
            task = self.envelope.FromString(body)
        except message.DecodeError:
            log.error("a message is no task; it goes to the dead letters")
            return channel.basic_reject(method.delivery_tag, requeue=False)
        if not task.task_id:
            log.error("a task has no id; it goes to the dead letters")
            return channel.basic_reject(method.delivery_tag, requeue=False)
        return self.work(channel, method.delivery_tag, task)

    def work(self, channel, tag, task):
        nonce = uuid.uuid4().hex
        lives = task.result_ttl_seconds * 1000 or self.contract["resultTtlMillis"]
        keys = [
            self.contract["recordPrefix"] + task.task_id,
            self.contract["deadlines"],
            self.contract["tenantPrefix"] + task.tenant,
        ]
        about = [task.model, task.schema_fingerprint, task.tenant]
        times = [task.created_at_millis, task.deadline_millis]
        unended, slack = self.contract["openMillis"], self.contract["slackMillis"]
        attempt = self.claim(
            keys, [task.task_id, nonce, *about, *times, unended, lives, slack, task.revivals]
        )
        if attempt == 0:  # It has ended: cancelled, expired, or done by another worker.
            return channel.basic_ack(tag)

        def store(state, result=b"", code="", text=""):
            end = [task.task_id, attempt, nonce, state, result, code, text, lives, *about, *times]
            return self.finish(keys, [*end, slack, task.revivals])

        def progress(percent):
            try:
                counts = self.progress(keys[:1], [attempt, nonce, percent])
            except redis.RedisError as away:  # No reason to end a task.
                return log.debug("task %s could not tell its progress: %s", task.task_id, away)
            if counts == 0:
                raise Overtaken()

        if attempt > self.contract["attempts"]:
            store("FAILED", code=self.contract["poison"], text="its workers ended each time")
            return channel.basic_reject(tag, requeue=False)  # To the dead-letter queue.
        try:
            result = self.compute(channel.connection, task.payload, progress)
        except Overtaken:
            log.info("task %s, attempt %d, is not wanted any more", task.task_id, attempt)
        except BadInput as refused:
            store("FAILED", code="invalid_request", text=str(refused))
        except Exception as failure:
            log.exception("task %s, attempt %d", task.task_id, attempt)
            if attempt < self.contract["attempts"]:
                return channel.basic_reject(tag, requeue=True)
            store("FAILED", code=self.contract["poison"], text=f"the model failed: {failure}")
            return channel.basic_reject(tag, requeue=False)
        else:
            if len(result) > self.contract["maxResultBytes"]:
                store("FAILED", code="too_large", text=f"the answer has {len(result)} bytes")
            else:
                store("DONE", result=result)
        return channel.basic_ack(tag)

    def compute(self, connection, payload, progress):
        """Runs the model while the connection's heartbeats go on."""
        end = time.monotonic() + self.contract["runLimitSeconds"]
        running = self.models.submit(answer, payload, progress)
        while not concurrent.futures.wait([running], timeout=1).done:
            connection.process_data_events(0)
            if time.monotonic() > end:
                # No thread can be ended from outside. Whoever runs us starts us again; the task's
                # claims are counted, so that one that always hangs is given up.
                log.error("the model gave no answer in time; this process ends")
                os._exit(70)
        return running.result()


class Unknown(Exception):
    """The node does not know us: it was started again, or has given us up."""


class Node:
    """The model node of this machine."""

    def __init__(self, url, key):
        self.url, self.key, self.id = url.rstrip("/"), key, ""

    def call(self, method, path, body=None):
        headers = {"content-type": "application/json"}
        if self.key:
            headers["authorization"] = "Bearer " + self.key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as refused:
            if refused.code == 404:
                raise Unknown(path) from refused
            raise RuntimeError(f"{refused.code}: {refused.read().decode()}") from refused

    def join(self, about):
        return self.call("POST", "/v1/instances", about)

    def ping(self, trouble, paused):
        tasks = {"taking": False, "reason": trouble} if trouble else {"taking": True}
        if paused:
            tasks = {"taking": False, "reason": "its instance is leased", "paused": paused}
        return self.call("POST", f"/v1/instances/{self.id}/ping", {"tasks": tasks})

    def leave(self):
        self.call("DELETE", f"/v1/instances/{self.id}")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--node", required=True, help="http://host:port of the machine's door")
    options.add_argument("--model", default="shout")
    options.add_argument("--name", default="shouter", help="joins again as the same worker")
    options.add_argument("--port", type=int, default=0, help="for calls; 0: a free one")
    chosen = options.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    # Addresses with passwords come by the environment, never by the command line.
    key = os.environ.get("REMUDA_API_KEY", "")
    queue_url = os.environ.get("REMUDA_TASKS_QUEUE", "")
    results_url = os.environ.get("REMUDA_TASKS_RESULTS", "")

    over = threading.Event()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda *_: over.set())
    server = ThreadingHTTPServer(("127.0.0.1", chosen.port), Calls)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    about = {
        "worker": chosen.name,
        "model": chosen.model,
        "schema": {
            "descriptors": base64.b64encode(SCHEMA.SerializeToString()).decode(),
            "input": INPUT,
            "output": OUTPUT,
        },
        "address": f"http://127.0.0.1:{server.server_port}",
        "tasks": bool(queue_url and results_url),
    }
    node, tasks, pause = Node(chosen.node, key), None, 1.0
    while not over.is_set():
        try:
            if not node.id:
                joined = node.join(about)
                pause = joined["pingEverySeconds"]
                if tasks is None and about["tasks"]:
                    tasks = Tasks(joined["tasks"], queue_url, results_url)
                    tasks.start()
                elif tasks:
                    tasks.pause = joined["tasks"].get("pause", 0)
                node.id = joined["id"]
                log.info("joined as %s of %s, id %s", chosen.name, chosen.model, node.id)
            standing = node.ping(tasks.standing(), tasks.paused) if tasks else node.ping("", 0)
            if tasks:
                tasks.pause = standing.get("tasks", {}).get("pause", 0)
            log.debug("%s", standing)
        except Unknown:
            node.id = ""
            log.warning("the node does not know us; joining again")
        except Exception as away:
            # An answer that breaks off or is no JSON is no reason to end: the node may be ending.
            log.warning("the node does not answer or refuses: %s: %s", type(away).__name__, away)
        over.wait(pause)
    if node.id:
        try:
            node.leave()
        except Exception as away:
            log.warning("left without a word: %s", away)
    if tasks:
        tasks.over.set()
        tasks.join(timeout=30)  # What is under way is finished and acknowledged.
    server.shutdown()
    log.info("left")
    if tasks and tasks.is_alive():
        log.warning("a task is not finished; its message goes back to the queue")
        os._exit(70)


if __name__ == "__main__":
    main()
