// Counting without a page load. Without script each button sends the form and the server counts.
const told = document.querySelector("[data-told]");
const HOLD = 450, REPEAT = 110;

function add(input, by) {
  const max = input.max === "" ? Infinity : Number(input.max);
  const before = Number(input.value) || 0;
  const after = Math.min(max, Math.max(Number(input.min) || 0, before + by));
  input.value = String(after);
  input.dispatchEvent(new Event("input", { bubbles: true }));
  return after;
}

function show(input) {
  input.closest("[data-stepper]")?.classList.toggle("some", Number(input.value) > 0);
}

function tell(words, number) {
  if (told) told.textContent = `${words}: ${number}`;
  navigator.vibrate?.(10);
}

function press(form, button) {
  if (button.dataset.kit) {
    for (const [name, by] of Object.entries(JSON.parse(button.dataset.kit))) {
      const input = form.elements.namedItem(name);
      if (input) add(input, by);
    }
    const output = button.querySelector("output");
    const count = add(form.elements.namedItem(button.dataset.counts), 1);
    output.textContent = String(count);
    button.classList.add("some");
    tell(button.dataset.name, count);
    return;
  }
  const row = button.closest("[data-stepper]");
  tell(row.dataset.stepper, add(row.querySelector("input"), Number(button.dataset.by)));
}

for (const form of document.querySelectorAll("form[data-steppers]")) {
  let timer, held = false;
  const stop = () => clearTimeout(timer);
  form.addEventListener("input", ({ target }) => show(target));
  form.addEventListener("pointerdown", ({ target, button: which }) => {
    const button = target.closest("[data-by]");
    held = false;
    if (!button || which !== 0) return;
    const again = () => { held = true; press(form, button); timer = setTimeout(again, REPEAT); };
    timer = setTimeout(again, HOLD);
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) form.addEventListener(name, stop);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-by], [data-kit]");
    if (!button) return;
    event.preventDefault();
    if (!held) press(form, button);
    held = false;
  });
}
