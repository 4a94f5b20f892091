/* Seal a rescue file. Schools use plain http inside, where browsers offer no encryption of their own (crypto.subtle);
   this is NaCl's crypto_box with a key made for the one file, see lms.quizzes.service.rescue_files. */
import nacl from "tweetnacl/nacl.js";

const PIECE = 0x8000;

const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

function base64(array) {
  let text = "";
  for (let start = 0; start < array.length; start += PIECE) text += String.fromCharCode(...array.subarray(start, start + PIECE));
  return btoa(text);
}

/* The file for these words, which only the owner of the school's key can read. */
export function seal(schoolKey, words) {
  const school = bytes(schoolKey);
  const { publicKey, secretKey } = nacl.box.keyPair();
  const nonce = nacl.hash(Uint8Array.of(...publicKey, ...school)).subarray(0, nacl.box.nonceLength);
  const box = nacl.box(new TextEncoder().encode(words), nonce, school, secretKey);
  return JSON.stringify({ gieo: "rescue-1", school: schoolKey, sender: base64(publicKey), box: base64(box) });
}
