/*
 * An engine that costs next to nothing, so that what stands before it can be measured: one thread,
 * epoll. Any POST is answered with one fixed chat completion; a body with "stream":true is answered
 * with "max_tokens" events, "interval_us" microseconds apart, each carrying the time at which it was
 * due on the monotonic clock as its content ("T<nanoseconds>"). Where they are a minute or more apart
 * the first comes at once.
 *
 * With SLOTS and SERVICE_US it is a slow engine: so many completions are worked on at one time, each
 * for so long, and further ones wait in line. Streams are not slowed down.
 *
 *   cc -O2 -o fake_engine fake_engine.c && ./fake_engine PORT [SLOTS SERVICE_US]
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define IN_SIZE (64 * 1024)
#define OUT_SIZE (256 * 1024)
#define LINE_SIZE 65536
#define MINUTE 60000000000L

struct peer {
  int fd, slot;            /* slot in the list of streams, -1 for none */
  long place;              /* in the line of a slow engine, -1 for none */
  size_t got;              /* bytes of the request so far */
  size_t begin, end;       /* bytes of the answer that are not written yet */
  long left, due, step;    /* events to come, when the next is due, and how far apart they are */
  char in[IN_SIZE + 1], out[OUT_SIZE];
};

static struct peer *streams[65536];
static int streaming, poller;

/* The line of a slow engine: those from `first` on are worked on, `busy` of them, the others wait. */
static struct {
  struct peer *peer;
  long due;
} line[LINE_SIZE];
static long first, end, busy, slots, service;

static long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000L + t.tv_nsec;
}

static void unlist(struct peer *p) {
  if (p->slot >= 0) {
    struct peer *last = streams[--streaming];
    streams[p->slot] = last;
    last->slot = p->slot;
    p->slot = -1;
  }
}

static void drop(struct peer *p) {
  unlist(p);
  /* What is worked on for nobody keeps its slot to its end. */
  if (p->place >= 0) line[p->place % LINE_SIZE].peer = NULL;
  close(p->fd);
  free(p);
}

/* 0, or -1 when the peer has gone. */
static int flush_out(struct peer *p) {
  while (p->begin < p->end) {
    ssize_t n = send(p->fd, p->out + p->begin, p->end - p->begin, MSG_NOSIGNAL);
    if (n < 0) return errno == EAGAIN ? 0 : -1;
    p->begin += n;
  }
  p->begin = p->end = 0;
  return 0;
}

static void put(struct peer *p, const char *text, size_t size) {
  if (p->end + size <= OUT_SIZE) {
    memcpy(p->out + p->end, text, size);
    p->end += size;
  }
}

static void put_chunk(struct peer *p, const char *text) {
  char chunk[512];
  put(p, chunk, snprintf(chunk, sizeof chunk, "%zx\r\n%s\r\n", strlen(text), text));
}

static void due_events(struct peer *p, long now) {
  char event[400];
  while (p->left > 0 && p->due <= now && p->end + 1024 < OUT_SIZE) {
    snprintf(event, sizeof event,
             "data: {\"id\":\"chatcmpl-0\",\"object\":\"chat.completion.chunk\",\"created\":1,"
             "\"model\":\"bench\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"T%ld\"},"
             "\"finish_reason\":null}]}\n\n",
             p->step ? p->due : now);
    put_chunk(p, event);
    p->left--;
    p->due += p->step;
  }
  if (p->left == 0 && p->slot >= 0) {
    put_chunk(p, "data: {\"id\":\"chatcmpl-0\",\"object\":\"chat.completion.chunk\",\"created\":1,"
                 "\"model\":\"bench\",\"choices\":[{\"index\":0,\"delta\":{},"
                 "\"finish_reason\":\"stop\"}]}\n\n");
    put_chunk(p, "data: [DONE]\n\n");
    put(p, "0\r\n\r\n", 5);
    unlist(p);
  }
}

static long number(const char *body, const char *name, long otherwise) {
  const char *at = strstr(body, name);
  return at == NULL ? otherwise : atol(at + strlen(name) + 1);
}

static void complete(struct peer *p) {
  static const char completion[] =
      "{\"id\":\"chatcmpl-0\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"bench\","
      "\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Twelve words of "
      "an answer that nobody is ever going to read here\"},\"finish_reason\":\"stop\"}],"
      "\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":12,\"total_tokens\":21}}";
  char head[200];
  put(p, head, snprintf(head, sizeof head,
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                        "Content-Length: %zu\r\n\r\n", sizeof completion - 1));
  put(p, completion, sizeof completion - 1);
}

/* Gives free slots to those who have waited longest. */
static void begin_next(long now) {
  while (busy < slots && first + busy < end) {
    line[(first + busy) % LINE_SIZE].due = now + service;
    busy++;
  }
}

static void answer(struct peer *p, const char *body) {
  if (strstr(body, "\"stream\":true") == NULL) {
    if (slots == 0) {
      complete(p);
    } else if (end - first < LINE_SIZE) {
      p->place = end++;
      line[p->place % LINE_SIZE].peer = p;
      begin_next(now_ns());
    }
    return;
  }
  static const char events[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
  put(p, events, sizeof events - 1);
  p->left = number(body, "\"max_tokens\"", 100);
  p->step = number(body, "\"interval_us\"", 0) * 1000;
  p->due = now_ns() + (p->step < MINUTE ? p->step : 0);
  p->slot = streaming;
  streams[streaming++] = p;
  due_events(p, now_ns());
}

/* Answers every complete request that has arrived; -1 when the peer has gone. */
static int work(struct peer *p) {
  for (;;) {
    p->in[p->got] = 0;
    char *gap = strstr(p->in, "\r\n\r\n");
    if (gap == NULL || p->slot >= 0 || p->place >= 0) break;
    char *length = strcasestr(p->in, "\r\ncontent-length:");
    size_t body = length != NULL && length < gap ? atol(length + 17) : 0;
    size_t whole = gap - p->in + 4 + body;
    if (p->got < whole) break;
    char after = p->in[whole];
    p->in[whole] = 0;
    answer(p, gap + 4);
    p->in[whole] = after;
    memmove(p->in, p->in + whole, p->got - whole);
    p->got -= whole;
  }
  return flush_out(p);
}

/* Answers what a slow engine has done by now. */
static void end_due(long now) {
  while (busy > 0 && line[first % LINE_SIZE].due <= now) {
    struct peer *p = line[first % LINE_SIZE].peer;
    first++;
    busy--;
    if (p != NULL) {
      p->place = -1;
      complete(p);
      /* One that has gone is dropped when epoll says so. */
      work(p);
    }
    begin_next(now);
  }
}

int main(int count, char **words) {
  slots = count > 3 ? atol(words[2]) : 0;
  service = count > 3 ? atol(words[3]) * 1000 : 0;
  int yes = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons(count > 1 ? atoi(words[1]) : 0),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  signal(SIGPIPE, SIG_IGN);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) {
    perror("fake_engine");
    return 1;
  }
  poller = epoll_create1(0);
  int ticker = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
  struct itimerspec tick = {{0, 500000}, {0, 500000}};
  timerfd_settime(ticker, 0, &tick, NULL);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = &listener};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
  event.data.ptr = &ticker;
  epoll_ctl(poller, EPOLL_CTL_ADD, ticker, &event);
  struct epoll_event ready[256];
  for (;;) {
    int n = epoll_wait(poller, ready, 256, -1);
    for (int i = 0; i < n; i++) {
      if (ready[i].data.ptr == &listener) {
        int fd;
        while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
          struct peer *fresh = calloc(1, sizeof *fresh);
          fresh->fd = fd;
          fresh->slot = -1;
          fresh->place = -1;
          setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
          struct epoll_event watch = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = fresh};
          epoll_ctl(poller, EPOLL_CTL_ADD, fd, &watch);
        }
      } else if (ready[i].data.ptr == &ticker) {
        long ticks, now = now_ns();
        if (read(ticker, &ticks, sizeof ticks) < 0) continue;
        end_due(now);
        for (int s = streaming - 1; s >= 0; s--) {
          struct peer *p = streams[s];
          due_events(p, now);
          /* One that has gone is dropped when epoll says so. */
          flush_out(p);
        }
      } else {
        struct peer *p = ready[i].data.ptr;
        int gone = 0;
        for (;;) {
          ssize_t r = recv(p->fd, p->in + p->got, IN_SIZE - p->got, 0);
          if (r > 0) {
            p->got += r;
            if (p->got == IN_SIZE) break;
          } else {
            gone = r == 0 || errno != EAGAIN;
            break;
          }
        }
        if (gone || work(p) < 0) drop(p);
      }
    }
  }
}
