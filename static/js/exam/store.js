/* Where answers wait until the server has them: IndexedDB, else localStorage, else memory alone.
   A record is {attempt, tab, seq, kind, slot, response, mono}; its key is [attempt, tab, seq]. */
const NAME = "gieo-exam";
const TABLE = "events";

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function finished(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

async function database() {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE, { keyPath: ["attempt", "tab", "seq"] });
  return done(opening);
}

function inDatabase(base, attempt) {
  const range = IDBKeyRange.bound([attempt], [attempt, []]);
  const table = (mode) => base.transaction(TABLE, mode, { durability: "strict" }).objectStore(TABLE);
  return {
    all: () => done(table("readonly").getAll(range)),
    async put(record) {
      const place = table("readwrite");
      place.put(record);
      await finished(place.transaction);
    },
    async drop(tab, seqs) {
      const place = table("readwrite");
      for (const seq of seqs) place.delete([attempt, tab, seq]);
      await finished(place.transaction);
    },
  };
}

function inLocalStorage(attempt) {
  const head = `${NAME}/${attempt}/`;
  localStorage.setItem(`${NAME}/try`, "1");
  localStorage.removeItem(`${NAME}/try`);
  return {
    async all() {
      const names = Object.keys(localStorage).filter((name) => name.startsWith(head));
      return names.map((name) => JSON.parse(localStorage.getItem(name)));
    },
    async put(record) {
      localStorage.setItem(`${head}${record.tab}/${record.seq}`, JSON.stringify(record));
    },
    async drop(tab, seqs) {
      for (const seq of seqs) localStorage.removeItem(`${head}${tab}/${seq}`);
    },
  };
}

/* Open the place for one attempt. `kept` lists what an earlier page left behind; `put` resolves to whether the record
   would survive a crash of the page. */
export async function openStore(attempt) {
  const places = [];
  let kept = [];
  for (const open of [async () => inDatabase(await database(), attempt), async () => inLocalStorage(attempt)]) {
    try {
      const place = await open();
      kept = kept.concat(await place.all());
      places.push(place);
    } catch {
      /* this browser or its private mode has none: the next place serves */
    }
  }
  return {
    kept,
    async put(record) {
      for (const place of places) {
        try {
          await place.put(record);
          return true;
        } catch {
          /* full: the next place may have room */
        }
      }
      return false;
    },
    async drop(tab, seqs) {
      for (const place of places) await place.drop(tab, seqs).catch(() => {});
    },
  };
}
