/*
 * A companion program in another language: all it knows of AICO mesh is docs/protocol.md.
 *
 * node companion.js PUBLISH SUBSCRIBE REQUEST
 *
 * It hears what is told under emotion/, publishes an observation on its PUB socket and another
 * by request, searches the memories, and writes what it heard as JSON lines.
 */

import { decode, encode } from "@msgpack/msgpack";
import { Publisher, Request, Subscriber } from "zeromq";

const [publishAt, subscribeAt, requestAt] = process.argv.slice(2);

const publisher = new Publisher();
const subscriber = new Subscriber();
const request = new Request({ receiveTimeout: 20_000 });

const tell = (event, value) => console.log(JSON.stringify({ event, ...value }));
const ask = async (topic, body) => {
  await request.send([topic, encode(body)]);
  const [status, answer] = await request.receive();
  return { status: status.toString(), answer: decode(answer) };
};

subscriber.connect(subscribeAt);
subscriber.subscribe("emotion/state/current");
subscriber.subscribe("bus/ready/javascript");
request.connect(requestAt);

tell("asked", await ask("bus/publish", {
  topic: "emotion/state/current",
  body: { valence: -0.6, arousal: -0.4, because: "rain on the window" },
}));
tell("found", await ask("memory/search/request", { query: "tea", limit: 5 }));
tell("refused", await ask("device/health", {}));

publisher.connect(publishAt);
let ready = false;
// A PUB socket drops what it is given before its connection stands, so it says it until heard.
const saying = setInterval(() => {
  if (ready) publisher.send(["emotion/state/current", encode({ valence: 0.9, arousal: 0.5 })]);
}, 100);

for await (const [topic, frame] of subscriber) {
  if (topic.toString().startsWith("bus/ready/")) {
    ready = true;
    continue;
  }
  const news = decode(frame);
  tell("heard", { topic: topic.toString(), body: news.body, device_id: news.device_id });
  if (news.body.valence === 0.9) break;
}
clearInterval(saying);
for (const socket of [publisher, subscriber, request]) socket.close();
