/* The start page of a test that asks for Safe Exam Browser: in it, the form appears and carries its word. */
import { sebKeys } from "./exam/seb.js";

const form = document.querySelector("form:has(input[name=seb_config])");
const keys = await sebKeys();
if (keys) {
  form.elements.seb_config.value = keys.config;
  form.elements.seb_exam.value = keys.exam;
  form.hidden = false;
  document.querySelector("[data-seb-help]")?.remove();
}
