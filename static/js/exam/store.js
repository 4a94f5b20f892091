/* Where answers wait until the server has them: IndexedDB, else localStorage, else memory alone.
   A record is {attempt, tab, seq, kind, slot, response, mono, token}; its key is [attempt, tab, seq]. The token goes
   along, so that a later page of this browser can deliver what a crashed one left behind. */
const NAME = "gieo-exam";
const TABLE = "events";
const PATIENCE = 3000; // milliseconds for a database to open; one that hangs must not keep the page waiting

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
  const late = new Promise((_resolve, reject) => setTimeout(reject, PATIENCE, new Error("IndexedDB does not open")));
  return inDatabase(await Promise.race([done(opening), late]));
}

function inDatabase(base) {
  const table = (mode) => base.transaction(TABLE, mode, { durability: "strict" }).objectStore(TABLE);
  return {
    all: () => done(table("readonly").getAll()),
    async put(record) {
      const place = table("readwrite");
      place.put(record);
      await finished(place.transaction);
    },
    async drop(keys) {
      const place = table("readwrite");
      for (const key of keys) place.delete(key);
      await finished(place.transaction);
    },
  };
}

async function inLocalStorage() {
  const head = `${NAME}/`;
  const name = (key) => head + key.join("/");
  localStorage.setItem(name(["try"]), "null");
  localStorage.removeItem(name(["try"]));
  return {
    async all() {
      const names = Object.keys(localStorage).filter((one) => one.startsWith(head));
      return names.map((one) => JSON.parse(localStorage.getItem(one)));
    },
    async put(record) {
      localStorage.setItem(name([record.attempt, record.tab, record.seq]), JSON.stringify(record));
    },
    async drop(keys) {
      for (const key of keys) localStorage.removeItem(name(key));
    },
  };
}

/* Open what this browser has. `all` lists what any page left behind; `put` resolves to whether the record would survive
   a crash of the page; `works` says whether there is any place at all. */
export async function openStore() {
  const places = [];
  let left = [];
  for (const open of [database, inLocalStorage]) {
    try {
      const place = await open();
      left = left.concat(await place.all());
      places.push(place);
    } catch {
      /* this browser or its private mode has none: the next place serves */
    }
  }
  return {
    works: places.length > 0,
    left: left.filter(Boolean).sort((one, other) => one.seq - other.seq),
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
    async drop(records) {
      const keys = records.map((one) => [one.attempt, one.tab, one.seq]);
      for (const place of places) await place.drop(keys).catch(() => {});
    },
  };
}
