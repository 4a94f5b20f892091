/* Safe Exam Browser's word about this page. Newer versions tell their keys to scripts only, already hashed with the
   address of the page; older ones add headers to every request by themselves. In any other browser nothing happens. */
const PATIENCE = 3000; // milliseconds for SEB to call back
const CALLED = "gieoSebKeys";

function read() {
  const { configKey = "", browserExamKey = "" } = window.SafeExamBrowser?.security ?? {};
  return configKey || browserExamKey ? { config: configKey, exam: browserExamKey } : null;
}

/* The keys, once SEB has told them; null in any other browser. */
export async function sebKeys() {
  const security = window.SafeExamBrowser?.security;
  if (!security) return null;
  if (!read() && security.updateKeys) {
    await new Promise((resolve) => {
      // SEB calls it by its name, which the build would take from a function.
      window[CALLED] = Object.defineProperty(() => resolve(), "name", { value: CALLED });
      security.updateKeys(window[CALLED]);
      setTimeout(resolve, PATIENCE);
    });
  }
  return read();
}

/* The headers by which a request of this page shows them. */
export function sebHeaders() {
  const keys = read();
  return keys ? { "X-Exam-Seb-Config": keys.config, "X-Exam-Seb-Exam": keys.exam } : {};
}
