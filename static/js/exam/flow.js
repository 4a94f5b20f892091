/* What is decided while the test runs: asked for every few seconds, as often as the server says. */
import { sebHeaders } from "./seb.js";

const SLOWEST = 30000; // milliseconds between questions while the network is away

export function makePulse({ url, token, ask, onNews, onTrouble }) {
  let known = "0";
  let wait = ask;
  let failed = 0;
  let timer = 0;

  const hear = (reply) => {
    known = String(reply.bulletin);
    wait = reply.ask_ms;
  };

  async function once() {
    let response;
    try {
      response = await fetch(url, {
        headers: { "X-Exam-Token": token, "X-Exam-Bulletin": known, ...sebHeaders() },
        cache: "no-store",
        credentials: "omit", // the token says whose page this is
      });
      wait = Number(response.headers.get("X-Exam-Ask")) || wait;
      if (response.status === 200) {
        const reply = await response.json();
        hear(reply);
        onNews(reply);
      }
    } catch {
      response = null;
    }
    const good = response?.status === 200 || response?.status === 204;
    failed = good ? 0 : failed + 1;
    if (!good) onTrouble();
  }

  async function beat() {
    await once();
    plan();
  }

  function plan() {
    clearTimeout(timer);
    // A little earlier each, so that a class that began together does not ask together.
    const next = Math.min(wait * 2 ** failed, Math.max(SLOWEST, wait));
    timer = setTimeout(beat, next * (0.8 + Math.random() * 0.2));
  }

  plan();
  return { hear };
}
